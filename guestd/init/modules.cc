// SPDX-License-Identifier: Apache-2.0
#include "guestd/init/modules.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "lib/base/file.h"

namespace hallmark::guest {

Result<std::vector<ListedModule>> ParseModuleList(std::string_view text) {
  std::vector<ListedModule> modules;
  for (size_t number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const size_t space = std::min(line.find(' '), line.size());
    const std::string_view word = line.substr(0, space);
    const std::string_view path = line.substr(std::min(space + 1, line.size()));
    if ((word != "required" && word != "optional") || !path.starts_with('/')) {
      return CorruptError("module list, line " + std::to_string(number) +
                          ": 'required PATH' or 'optional PATH' expected");
    }
    modules.push_back({word == "required", std::string(path)});
  }
  return modules;
}

Result<void> LoadModules(const std::vector<ListedModule>& modules) {
  for (const ListedModule& module : modules) {
    ASSIGN_OR_RETURN(const File file, File::OpenForReading(module.path));
    const long status = syscall(SYS_finit_module, file.fd(), "", 0);
    if (status != 0 && errno != EEXIST && module.required) return ErrnoError(errno, module.path);
  }
  return {};
}

}  // namespace hallmark::guest
