// SPDX-License-Identifier: Apache-2.0
#include "guestd/guestd/installed_programs.h"

#include "guestd/common/log.h"

namespace hallmark::guest {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSettings = 2;
static_assert(kSmolBinMembers[kSettings].name == "srt-settings.json");

std::string NameOf(const SmolBinManifest& manifest) {
  return "smol-bin " + manifest.version + ", sequence " + std::to_string(manifest.sequence);
}

}  // namespace

Result<std::unique_ptr<InstalledPrograms>> InstalledPrograms::Open(Options options) {
  ASSIGN_OR_RETURN(Trust trust, LoadTrust(options.trust));
  ASSIGN_OR_RETURN(SmolBinStore store, SmolBinStore::Open(options.store, trust, options.rootfs));
  std::error_code error;
  fs::remove_all(options.memory, error);
  fs::create_directories(options.memory, error);
  if (error) return IoError("making " + options.memory.string() + ": " + error.message());
  return std::unique_ptr<InstalledPrograms>(
      new InstalledPrograms(std::move(options), std::move(trust), std::move(store)));
}

bool InstalledPrograms::HasSet() const { return fs::is_symlink(fs::symlink_status(options_.store / "current")); }

bool InstalledPrograms::CurrentIsGood() const {
  std::error_code error;
  const fs::path current = fs::read_symlink(options_.store / "current", error);
  return !error && current == fs::read_symlink(options_.store / "good", error) && !error;
}

Result<void> InstalledPrograms::Update(const std::optional<fs::path>& mounted) {
  if (mounted) Log("updater", "checking for updates from " + mounted->string());
  auto choice = store_.Choose(mounted);
  if (mounted) refused_ = store_.refused();
  if (!choice.ok()) return std::move(choice).error();
  for (const std::string& note : choice->notes) Log("updater", note);
  Log("updater", std::string(ActionName(choice->action)) + " " + NameOf(choice->manifest));
  choice_ = std::move(*choice);
  return {};
}

Result<ProgramSet> InstalledPrograms::Take(const SmolBinChoice& choice) {
  const fs::path directory = options_.memory / std::to_string(++copies_);
  ASSIGN_OR_RETURN(const VerifiedSmolBin verified,
                   CopySmolBin(choice.directory, directory, trust_, store_.Requirements()));
  return ProgramSet{directory, NameOf(*verified), verified->sequence, ToHex(verified->files[kSettings].sha256),
                    CurrentIsGood()};
}

Result<ProgramSet> InstalledPrograms::Current() {
  if (!choice_) RETURN_IF_ERROR(Update(std::nullopt));
  return Take(*choice_);
}

Result<void> InstalledPrograms::Confirm() { return store_.MarkGood(); }

Result<ProgramSet> InstalledPrograms::FallBack() {
  // RestoreGood() would put a set that does not work out of use; the only one that ever worked is better than none.
  if (CurrentIsGood()) return NotFoundError("no other set of programs is known to work");
  if (choice_) refused_ = {"failed", NameOf(choice_->manifest) + ", was installed and does not work"};
  ASSIGN_OR_RETURN(choice_, store_.RestoreGood());
  for (const std::string& note : choice_->notes) Log("updater", note);
  return Take(*choice_);
}

}  // namespace hallmark::guest
