// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/tree.h"

#include <vector>

#include "lib/rootfs/tree/additions.h"
#include "lib/rootfs/tree/finish_tree.h"
#include "lib/rootfs/tree/layers.h"
#include "lib/rootfs/tree/python_layer.h"

namespace hallmark {

namespace fs = std::filesystem;

Result<FileTree> MakeTree(const Recipe& recipe, const Lock& lock, const Cache& cache, const WorkDirectory& work,
                          const PackageTreeOptions& options, ThreadPool& pool, Progress& progress) {
  std::vector<fs::path> layers;
  ASSIGN_OR_RETURN(const fs::path packages, PackageTree(recipe, lock, cache, options, pool, progress));
  layers.push_back(packages);
  if (!lock.python.empty()) {
    ASSIGN_OR_RETURN(const fs::path python, PythonLayer(recipe, lock, cache, packages, progress));
    layers.insert(layers.begin(), python);
  }
  progress.BeginStage("Adding what the recipe says");
  const fs::path merged = work.path() / kTreeName;
  RETURN_IF_ERROR(MountLayers(layers, work.path() / "upper", work.path() / "overlay", merged));
  RETURN_IF_ERROR(ApplyAdditions(recipe, lock, cache, merged, work.path(), progress));
  return FinishTree(recipe, merged, lock.source_date_epoch, pool);
}

}  // namespace hallmark
