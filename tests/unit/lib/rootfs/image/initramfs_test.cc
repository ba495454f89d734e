// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/initramfs.h"

#include <gtest/gtest.h>

#include "lib/archive/cpio.h"
#include "lib/archive/filter.h"
#include "lib/base/file.h"
#include "lib/crypto/digest.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/rootfs/image/sample_kernel.h"

namespace hallmark {
namespace {

using testing::HasError;
using testing::kSampleModules;
using testing::PutSampleFile;
using testing::SampleKernel;

class InitramfsTest : public ::testing::Test {
 protected:
  InitramfsTest() {
    options_ = {directory_ / "init", "arm64", "6.1", {1}};
    EXPECT_TRUE(WriteFileAtomically(options_.init, AsBytes("program")).ok());
  }

  testing::TempDir directory_;
  InitramfsOptions options_;
};

TEST_F(InitramfsTest, ListsNeededModulesInLoadOrder) {
  const auto bytes = MakeInitramfs(SampleKernel(), options_);
  ASSERT_TRUE(bytes.ok()) << bytes.error().message;
  const auto tree = ReadCpio(*bytes, 1 << 20);
  ASSERT_TRUE(tree.ok()) << tree.error().message;
  EXPECT_EQ(tree->inode(*tree->Find("/lib/modules/hallmark.list")).data,
            "optional /lib/modules/6.1/kernel/nvme.ko\n"
            "required /lib/modules/6.1/kernel/dm-mod.ko\n"
            "required /lib/modules/6.1/kernel/dm-bufio.ko\n"
            "required /lib/modules/6.1/kernel/dm-verity.ko\n"
            "required /lib/modules/6.1/kernel/overlay.ko\n");
  EXPECT_EQ(tree->inode(*tree->Find("/lib/modules/6.1/kernel/dm-verity.ko")).data,
            "\x7f"
            "ELF dm-verity");
  EXPECT_EQ(tree->inode(*tree->Find("/init")).data, "program");
  EXPECT_FALSE(tree->Contains("/lib/modules/6.1/kernel/sound.ko"));
}

// It answers the host's first press, and a kernel that has none boots all the same.
TEST_F(InitramfsTest, LoadsThePowerButtonWhereItIsAModule) {
  const auto list_of = [&](const FileTree& kernel) {
    const auto bytes = MakeInitramfs(kernel, options_);
    EXPECT_OK(bytes);
    const auto tree = ReadCpio(*bytes, 1 << 20);
    EXPECT_OK(tree);
    return tree->inode(*tree->Find("/lib/modules/hallmark.list")).data;
  };
  FileTree kernel = SampleKernel();
  EXPECT_EQ(list_of(kernel).find("gpio"), std::string::npos);  // absent
  const std::string directory = kSampleModules;
  const std::string index = kernel.inode(*kernel.Find(directory + "modules.dep")).data;
  PutSampleFile(kernel, directory + "modules.dep", index + "kernel/evdev.ko:\nkernel/gpio_keys.ko:\n");
  for (const char* name : {"evdev", "gpio_keys"}) PutSampleFile(kernel, directory + "kernel/" + name + ".ko", name);
  EXPECT_NE(list_of(kernel).find("optional /lib/modules/6.1/kernel/gpio_keys.ko\n"
                                 "optional /lib/modules/6.1/kernel/evdev.ko\n"),
            std::string::npos);
  const std::string builtin = kernel.inode(*kernel.Find(directory + "modules.builtin")).data;
  PutSampleFile(kernel, directory + "modules.builtin", builtin + "kernel/gpio_keys.ko\n");
  PutSampleFile(kernel, directory + "modules.dep", index);
  EXPECT_EQ(list_of(kernel).find("gpio"), std::string::npos);  // built in
}

/// The archive in an initramfs, without what the version of zstd has to say in its bytes.
std::string Archive(const ByteVector& initramfs) { return ToHex(Sha256(Decompress(initramfs, 1 << 20).value())); }

// The archive is ours to the last byte.
TEST_F(InitramfsTest, HasTheBytesThatItAlwaysHad) {
  ASSERT_OK_AND_ASSIGN(const ByteVector bytes, MakeInitramfs(SampleKernel(), options_));
  EXPECT_EQ(Archive(bytes), "b72dda490a483a09863f23083a76f3df81be65cd68bc85a3ce9cdae083973c4e");
}

TEST_F(InitramfsTest, IsTheSameWhateverTheDiskAndTheOrderWere) {
  ASSERT_OK_AND_ASSIGN(const ByteVector first, MakeInitramfs(SampleKernel(), options_));
  // The same program elsewhere, of another time and mode; the same files, put into the tree the other way round.
  const std::filesystem::path other = directory_ / "elsewhere/program";
  testing::WriteFile(other, "program");
  std::filesystem::permissions(other, std::filesystem::perms(0600));
  std::filesystem::last_write_time(other, std::filesystem::file_time_type());
  options_.init = other;
  const FileTree kernel = SampleKernel();
  std::vector<std::pair<std::string, FileTree::Index>> files;
  kernel.Walk([&](const std::string& path, FileTree::Index index) { files.emplace_back(path, index); });
  FileTree reversed;
  for (auto file = files.rbegin(); file != files.rend(); ++file) {
    if (!S_ISREG(kernel.inode(file->second).mode)) continue;
    ASSERT_OK(reversed.Put(file->first, kernel.inode(file->second)));
  }
  ASSERT_OK_AND_ASSIGN(const ByteVector second, MakeInitramfs(reversed, options_));
  EXPECT_EQ(second, first);
  options_.mtime.seconds += 1;
  ASSERT_OK_AND_ASSIGN(const ByteVector later, MakeInitramfs(reversed, options_));
  EXPECT_NE(Archive(later), Archive(first));
}

TEST_F(InitramfsTest, RefusesAKernelWithoutVerity) {
  FileTree tree = SampleKernel();
  PutSampleFile(tree, std::string(kSampleModules) + "modules.dep",
                "kernel/dm-mod.ko:\nkernel/nvme.ko:\nkernel/overlay.ko:\n");
  EXPECT_THAT(MakeInitramfs(tree, options_),
              HasError(ErrorKind::kNotFound,
                       "has no module dm_verity, for the root disk of Virtualization.framework and QEMU"));
}

TEST_F(InitramfsTest, RefusesAKernelWithoutDepmod) {
  FileTree tree = SampleKernel();
  tree.Remove(std::string(kSampleModules) + "modules.dep");
  EXPECT_THAT(MakeInitramfs(tree, options_), HasError(ErrorKind::kNotFound, "no modules.dep of kernel 6.1"));
}

}  // namespace
}  // namespace hallmark
