// SPDX-License-Identifier: Apache-2.0
#include "guestd/update/store.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "tests/support/sample_smol_bin.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using testing::HasError;
using testing::ReadFile;
using testing::SampleSmolBin;
using testing::SampleSmolTrust;
using testing::TempDir;
using testing::WriteFile;

const RunningRootfs kRootfs{.architecture = "arm64", .sequence = 7};

class StoreTest : public ::testing::Test {
 protected:
  SmolBinStore Open(const RunningRootfs& rootfs = kRootfs) {
    auto store = SmolBinStore::Open(dir_ / "store", SampleSmolTrust(), rootfs);
    EXPECT_OK(store);
    return std::move(store).value();
  }
  fs::path Offer(const SampleSmolBin& smol_bin) {
    fs::remove_all(dir_ / "offered");
    smol_bin.WriteTo(dir_ / "offered");
    return dir_ / "offered";
  }
  /// "installed 5", and the notes behind it.
  std::string Chosen(const Result<SmolBinChoice>& choice) {
    if (!choice.ok()) return choice.error().message;
    EXPECT_TRUE(fs::exists(choice->directory / "sdk-daemon"));
    std::string text = std::string(ActionName(choice->action)) + " " + std::to_string(choice->manifest.sequence);
    for (const std::string& note : choice->notes) text += "; " + note;
    return text;
  }
  /// "VERDICT: MESSAGE" of what is refused of an offer; empty: nothing.
  std::string Refused(const std::optional<fs::path>& offered, const RunningRootfs& rootfs = kRootfs) {
    SmolBinStore store = Open(rootfs);
    (void)store.Choose(offered).ok();
    return store.refused() ? store.refused()->verdict + ": " + store.refused()->message : "";
  }
  size_t Sets() {
    size_t sets = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(dir_ / "store/sets")) ++sets;
    return sets;
  }
  TempDir dir_;
};

TEST_F(StoreTest, InstallsTheNewer) {
  EXPECT_EQ(Chosen(Open().Choose(std::nullopt)), "there is no smol-bin that this guest may use");
  const fs::path offered = Offer({.sequence = 5});
  ASSERT_OK_AND_ASSIGN(const SmolBinChoice choice, Open().Choose(offered));
  EXPECT_EQ(choice.action, SmolBinChoice::Action::kInstalled);
  EXPECT_EQ(ReadFile(choice.directory / "sdk-daemon"), "a daemon");
  EXPECT_EQ(fs::status(choice.directory / "sdk-daemon").permissions(), fs::perms(0755));
  EXPECT_EQ(fs::status(choice.directory / "srt-settings.json").permissions(), fs::perms(0644));
  EXPECT_EQ(Chosen(Open().Choose(offered)), "kept 5");
  EXPECT_EQ(Chosen(Open().Choose(std::nullopt)), "kept 5");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 6}))), "installed 6");
  EXPECT_EQ(Sets(), 1U);  // the older one was never marked good
}

TEST_F(StoreTest, RefusesRollbackAndTwins) {
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5}))), "installed 5");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 4}))),
            "kept 5; the offered smol-bin: rolled-back: manifest.json: sequence 4, and the least is 5");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5, .daemon = "another"}))),
            "kept 5; the offered smol-bin: has the sequence of the copy in use, and is another one");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 9, .key = 1}))),
            "kept 5; the offered smol-bin: untrusted: manifest.dsse.json: not signed by a trusted key");
  fs::path tampered = Offer({.sequence = 9});
  WriteFile(tampered / "sdk-daemon", "A daemon");
  EXPECT_EQ(Chosen(Open().Choose(tampered)),
            "kept 5; the offered smol-bin: its copy: digest: sdk-daemon: holds other bytes than signed");
  WriteFile(tampered / "sdk-daemon", "a daemon and more");
  EXPECT_EQ(Chosen(Open().Choose(tampered)),
            "kept 5; the offered smol-bin: its copy: extended: sdk-daemon: it has 9 bytes and not 8");
  EXPECT_EQ(Sets(), 1U);
}

TEST_F(StoreTest, TellsWhatItRefused) {
  EXPECT_EQ(Refused(std::nullopt), "");
  EXPECT_EQ(Refused(Offer({.sequence = 4, .key = 1})),
            "untrusted: manifest.dsse.json: not signed by a trusted key");  // though nothing is left to run
  EXPECT_EQ(Refused(Offer({.sequence = 5})), "");
  ASSERT_OK(Open().MarkGood());
  EXPECT_EQ(Refused(dir_ / "offered"), "");  // it is in use
  EXPECT_EQ(Refused(Offer({.sequence = 4})), "rolled-back: manifest.json: sequence 4, and the least is 5");
  EXPECT_EQ(Refused(Offer({.sequence = 5, .daemon = "another"})),
            "twin: has the sequence of the copy in use, and is another one");
  EXPECT_EQ(Refused(Offer({.sequence = 6, .architecture = "amd64"})),
            "wrong-architecture: manifest.json: is for amd64, not arm64");
  WriteFile(Offer({.sequence = 6}) / "sdk-daemon", "A daemon");
  EXPECT_EQ(Refused(dir_ / "offered"), "digest: sdk-daemon: holds other bytes than signed");
  fs::remove(dir_ / "offered/manifest.json");
  EXPECT_TRUE(Refused(dir_ / "offered").starts_with("missing: manifest.json: ")) << Refused(dir_ / "offered");
  EXPECT_EQ(Refused(Offer({.sequence = 6})), "");
  ASSERT_OK(Open().RestoreGood());
  EXPECT_EQ(Refused(dir_ / "offered"), "failed: was found not to work before");
  SmolBinStore store = Open();
  ASSERT_OK(store.Choose(dir_ / "offered"));
  ASSERT_OK(store.Choose(std::nullopt));  // offers nothing: the refusal stands
  EXPECT_TRUE(store.refused());
}

TEST_F(StoreTest, BindsRootfsAndSmolBin) {
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5}))), "installed 5");
  EXPECT_EQ(
      Chosen(Open().Choose(Offer({.sequence = 6, .least_rootfs_sequence = 8}))),
      "kept 5; the offered smol-bin: rootfs-too-old: manifest.json: needs a rootfs of sequence 8, and this one has "
      "7");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 6, .architecture = "amd64"}))),
            "kept 5; the offered smol-bin: wrong-architecture: manifest.json: is for amd64, not arm64");
  // A newer rootfs refuses what is installed, and takes what fits it.
  const RunningRootfs newer{.architecture = "arm64", .sequence = 8, .smol_bin_least_sequence = 6};
  EXPECT_EQ(
      Chosen(Open(newer).Choose(std::nullopt)),
      "there is no smol-bin that this guest may use; the current copy: rolled-back: manifest.json: sequence 5, and "
      "the least is 6");
  const std::string chosen = Chosen(Open(newer).Choose(Offer({.sequence = 6, .least_rootfs_sequence = 8})));
  EXPECT_TRUE(chosen.starts_with("installed 6; the current copy: rolled-back")) << chosen;
  const RunningRootfs policy{.architecture = "arm64", .sequence = 8, .policy_least_sequence = 6};
  EXPECT_THAT(Open(policy).Choose(std::nullopt), HasError(ErrorKind::kVerification, "policy-rolled-back"));
}

TEST_F(StoreTest, RestoresTheLastGood) {
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5}))), "installed 5");
  ASSERT_OK(Open().MarkGood());
  const fs::path bad = Offer({.sequence = 6});
  EXPECT_EQ(Chosen(Open().Choose(bad)), "installed 6");
  EXPECT_EQ(Sets(), 2U);
  EXPECT_EQ(Chosen(Open().RestoreGood()), "restored 5");
  EXPECT_EQ(Sets(), 1U);
  EXPECT_EQ(Chosen(Open().Choose(bad)), "kept 5; the offered smol-bin: was found not to work before");
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 7}))), "installed 7");
  ASSERT_OK(Open().MarkGood());
  // The good one fails as well, later: there is nothing else.
  EXPECT_THAT(Open().RestoreGood(), HasError(ErrorKind::kVerification, "no good copy of a smol-bin is left"));
  EXPECT_EQ(Sets(), 0U);
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 8}))), "installed 8");
}

TEST_F(StoreTest, MendsADamagedCopy) {
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5}))), "installed 5");
  ASSERT_OK(Open().MarkGood());
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 6}))), "installed 6");
  WriteFile(dir_ / "store/current/sdk-daemon", "A daemon");
  EXPECT_EQ(Chosen(Open().Choose(std::nullopt)),
            "restored 5; the current copy: digest: sdk-daemon: holds other bytes than signed");
  // And the same release again, offered, is copied anew.
  EXPECT_EQ(Chosen(Open().Choose(dir_ / "offered")), "installed 6");
  WriteFile(dir_ / "store/current/sdk-daemon", "A daemon");
  const std::string chosen = Chosen(Open().Choose(dir_ / "offered"));
  EXPECT_TRUE(chosen.starts_with("installed 6; the current copy: digest")) << chosen;
  EXPECT_EQ(Chosen(Open().Choose(std::nullopt)), "kept 6");
}

TEST_F(StoreTest, LinksOutOfTheStoreLeadNowhere) {
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 5}))), "installed 5");
  WriteFile(dir_ / "precious/file", "x");
  for (const char* target : {"../precious", "/etc", "sets/..", "sets/.", "sets", "sets/../../precious"}) {
    fs::remove(dir_ / "store/current");
    fs::create_symlink(target, dir_ / "store/current");
    EXPECT_TRUE(Chosen(Open().Choose(std::nullopt)).starts_with("there is no smol-bin")) << target;
    EXPECT_EQ(Chosen(Open().Choose(dir_ / "offered")), "installed 5") << target;
  }
  fs::remove_all(dir_ / "store/sets");
  fs::create_directory_symlink(dir_ / "precious", dir_ / "store/sets");
  EXPECT_TRUE(Chosen(Open().Choose(dir_ / "offered")).starts_with("installed 5"));
  EXPECT_TRUE(fs::exists(dir_ / "precious/file"));
  fs::remove_all(dir_ / "store/current");
  WriteFile(dir_ / "store/current/file", "x");
  EXPECT_EQ(Chosen(Open().Choose(dir_ / "offered")), "installed 5");
}

TEST_F(StoreTest, IsNoLinkItself) {
  WriteFile(dir_ / "precious/sets/file", "x");
  fs::create_directory_symlink(dir_ / "precious", dir_ / "store");
  EXPECT_THAT(SmolBinStore::Open(dir_ / "store", SampleSmolTrust(), kRootfs),
              HasError(ErrorKind::kVerification, "store: is a link or a file, and must be a directory"));
  EXPECT_TRUE(fs::exists(dir_ / "precious/sets/file"));
}

TEST_F(StoreTest, OneAtATime) {
  const SmolBinStore first = Open();
  EXPECT_THAT(SmolBinStore::Open(dir_ / "store", SampleSmolTrust(), kRootfs),
              HasError(ErrorKind::kIo, "in use by another process"));
}

TEST_F(StoreTest, CopiesToMemory) {
  Offer({.sequence = 5});
  const SmolBinStore store = Open();
  ASSERT_OK(CopySmolBin(dir_ / "offered", dir_ / "copy", SampleSmolTrust(), store.Requirements()));
  EXPECT_EQ(ReadFile(dir_ / "copy/sdk-daemon"), "a daemon");
  WriteFile(dir_ / "offered/sdk-daemon", "A daemon");
  EXPECT_THAT(CopySmolBin(dir_ / "offered", dir_ / "copy2", SampleSmolTrust(), store.Requirements()),
              HasError(ErrorKind::kVerification, "digest: sdk-daemon"));
  EXPECT_FALSE(fs::exists(dir_ / "copy2"));
}

// Killed at many moments, the store holds the old release or the new one, and the next run completes it.
TEST_F(StoreTest, SurvivesKills) {
  constexpr int kKills = 100;
  const Trust trust = SampleSmolTrust();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 1, .daemon = std::string(300000, 'x')}))), "installed 1");
  ASSERT_OK(Open().MarkGood());
  const auto whole_run = std::chrono::steady_clock::now() - start;
  int old = 0;
  int done = 0;
  uint64_t sequence = 1;
  for (int i = 0; i < kKills; ++i) {
    Offer({.sequence = sequence + 1, .daemon = std::string(300000, static_cast<char>('a' + i % 26))});
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      auto store = SmolBinStore::Open(dir_ / "store", trust, kRootfs);
      if (!store.ok()) ::_exit(1);
      ::_exit(store->Choose(dir_ / "offered").ok() && store->MarkGood().ok() ? 0 : 1);
    }
    // From nothing done to all done.
    std::this_thread::sleep_for(whole_run * 2 * i / kKills);
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    ASSERT_OK_AND_ASSIGN(const SmolBinChoice after, Open().Choose(std::nullopt));
    ASSERT_TRUE(after.manifest.sequence == sequence || after.manifest.sequence == sequence + 1);
    (after.manifest.sequence == sequence ? old : done) += 1;
    EXPECT_TRUE(after.notes.empty()) << after.notes.front();
    ASSERT_OK_AND_ASSIGN(const SmolBinChoice next, Open().Choose(dir_ / "offered"));
    EXPECT_EQ(next.manifest.sequence, sequence + 1);
    ASSERT_OK(Open().MarkGood());
    EXPECT_EQ(Sets(), 1U);
    ++sequence;
  }
  EXPECT_GT(old, 0);
  EXPECT_GT(done, 0);
}

Result<void> WriteOnce(const char* path, const std::string& text) {
  ASSIGN_OR_RETURN(const File file, File::Open(path, O_WRONLY));
  if (::write(file.fd(), text.data(), text.size()) < 0) return ErrnoError(errno, path);  // these take no offset
  return {};
}

/// Gives this process, which ends soon, an empty filesystem of `size` at `directory`.
Result<void> MountSmallDisk(const fs::path& directory, const std::string& size) {
  const std::string user = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return ErrnoError(errno, "unshare");
  RETURN_IF_ERROR(WriteOnce("/proc/self/setgroups", "deny"));
  RETURN_IF_ERROR(WriteOnce("/proc/self/uid_map", user));
  RETURN_IF_ERROR(WriteOnce("/proc/self/gid_map", group));
  fs::create_directories(directory);
  if (::mount("none", directory.c_str(), "tmpfs", 0, ("size=" + size).c_str()) != 0) return ErrnoError(errno, "mount");
  return {};
}

/// Writes zeros until all but `left` bytes of the disk are taken.
void FillAllBut(const fs::path& filler, uint64_t left) {
  fs::remove(filler);
  const uint64_t free = fs::space(filler.parent_path()).free;
  WriteFile(filler, std::string(free - std::min(left, free), '\0'));
}

// Whatever room there is, the new release is in use or the old one is; what was begun is gone; and a release that
// failed makes way for the good one on a disk without a byte left.
TEST_F(StoreTest, SurvivesAFullDisk) {
  constexpr uint64_t kPage = 4096;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    if (const Result<void> mounted = MountSmallDisk(dir_ / "store", "2m"); !mounted.ok()) {
      EXPECT_OK(mounted);
      ::_exit(1);
    }
    EXPECT_EQ(Chosen(Open().Choose(Offer({.sequence = 1, .daemon = std::string(300000, 'x')}))), "installed 1");
    EXPECT_OK(Open().MarkGood());
    uint64_t sequence = 1;
    int refused = 0;
    for (uint64_t left = 0; sequence == 1 && !HasFailure(); left += kPage) {
      Offer({.sequence = 2, .daemon = std::string(300000, 'y')});
      FillAllBut(dir_ / "store/filler", left);
      const std::string chosen = Chosen(Open().Choose(dir_ / "offered"));
      sequence = chosen == "installed 2" ? 2 : 1;
      if (sequence == 1) {
        ++refused;
        EXPECT_TRUE(chosen.starts_with("kept 1; the offered smol-bin: could not be copied: ")) << chosen;
        EXPECT_NE(chosen.find("No space left on device"), std::string::npos) << chosen;
        EXPECT_EQ(Sets(), 1U);
      }
      EXPECT_EQ(Chosen(Open().Choose(std::nullopt)), "kept " + std::to_string(sequence));
    }
    EXPECT_GE(refused, 300000 / static_cast<int>(kPage));
    FillAllBut(dir_ / "store/filler", 0);
    EXPECT_EQ(Chosen(Open().RestoreGood()), "restored 1");
    EXPECT_EQ(Chosen(Open().Choose(dir_ / "offered")), "kept 1; the offered smol-bin: was found not to work before");
    ::_exit(HasFailure() ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace hallmark
