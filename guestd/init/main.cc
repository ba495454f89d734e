// SPDX-License-Identifier: Apache-2.0
// The first program of the guest, which the kernel runs from the initramfs. BootOptions lists what it takes from the
// kernel command line.
#include <fcntl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <functional>
#include <thread>

#include "guestd/init/block_devices.h"
#include "guestd/init/command_line.h"
#include "guestd/init/console.h"
#include "guestd/init/device_mapper.h"
#include "guestd/init/modules.h"
#include "guestd/init/mounts.h"
#include "guestd/init/verity.h"
#include "lib/base/file.h"

namespace hallmark::guest {
namespace {

constexpr std::chrono::milliseconds kPollInterval{10};
constexpr std::chrono::seconds kReportInterval{5};
constexpr std::chrono::seconds kReadingTime{3};

/// The state of one boot, and the console that it reports to.
struct Boot {
  Console console;
  BootOptions options;
  BlockDevices devices;

  /// Runs one stage. Its name appears in the report and in errors.
  Result<void> Stage(const std::string& name, const std::function<Result<void>()>& body) {
    console.Say(name);
    return body().WithContext(name);
  }
};

/// Waits until the device appears. Every few seconds, says what it waits for and what it has seen.
Result<std::string> WaitForDevice(Boot& boot, const DeviceName& name) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  auto next_report = start + kReportInterval;
  while (true) {
    boot.devices.Refresh();
    auto device = boot.devices.Find(name);
    if (device.ok()) return device->node;
    if (device.error().kind != ErrorKind::kNotFound) return std::move(device).error();
    const auto now = Clock::now();
    const std::string seen = "seen so far: " + boot.devices.Describe();
    const auto limit = boot.options.device_wait_seconds;
    if (limit && now - start >= std::chrono::seconds(*limit)) {
      return NotFoundError(device.error().message + " within " + std::to_string(*limit) + " s; " + seen);
    }
    if (now >= next_report) {
      boot.console.Say("waiting for " + ToString(name) + "; " + seen);
      next_report = now + kReportInterval;
    }
    std::this_thread::sleep_for(kPollInterval);
  }
}

Result<std::string> SetUpVerity(Boot& boot, const std::string& data_node) {
  ASSIGN_OR_RETURN(const std::string hash_node, WaitForDevice(boot, boot.options.verity_hash));
  boot.console.Say("root is " + data_node + ", its hash tree " + hash_node);
  ASSIGN_OR_RETURN(const File hash_device, File::OpenForReading(hash_node));
  ByteVector start(512);
  RETURN_IF_ERROR(hash_device.ReadAt(0, start));
  auto superblock = DecodeVeritySuperblock(start).WithContext(hash_node);
  if (!superblock.ok()) return std::move(superblock).error();
  ASSIGN_OR_RETURN(const uint64_t sectors, VeritySectors(*superblock));
  const std::string table =
      VerityTable(*superblock, data_node, hash_node, boot.options.root_hash, boot.options.reaction);
  // The form that cryptsetup gives its devices, so that `veritysetup status root` recognizes it.
  const std::string uuid = "CRYPT-VERITY-" + ToHex(superblock->uuid) + "-root";
  return CreateMappedDevice({"root", uuid, sectors, "verity", table});
}

Result<void> LoadListedModules() {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(std::string(kModuleList)));
  ASSIGN_OR_RETURN(const std::vector<ListedModule> modules, ParseModuleList(text));
  return LoadModules(modules);
}

Result<void> Run(Boot& boot, char** arguments) {
  RETURN_IF_ERROR(MountKernelFilesystems().WithContext("mounting the kernel's filesystems"));
  boot.console.Open();
  RETURN_IF_ERROR(boot.Stage("reading the kernel command line", [&]() -> Result<void> {
    ASSIGN_OR_RETURN(const std::string line, ReadSmallFile("/proc/cmdline"));
    ASSIGN_OR_RETURN(boot.options, ParseCommandLine(line));
    return {};
  }));
  RETURN_IF_ERROR(boot.Stage("loading modules", LoadListedModules));
  boot.console.OpenPort();
  std::string root;
  RETURN_IF_ERROR(boot.Stage("finding the root device", [&]() -> Result<void> {
    ASSIGN_OR_RETURN(root, WaitForDevice(boot, boot.options.root));
    return {};
  }));
  if (!boot.options.root_hash.empty()) {
    RETURN_IF_ERROR(boot.Stage("setting up dm-verity", [&]() -> Result<void> {
      ASSIGN_OR_RETURN(root, SetUpVerity(boot, root));
      return {};
    }));
  }
  RETURN_IF_ERROR(boot.Stage("mounting the root filesystem",
                             [&] { return MountRoot(root, boot.options.root_type, boot.options.root_flags); }));
  RETURN_IF_ERROR(boot.Stage("mounting the overlay", [&] { return MountOverlay(boot.options.overlay_size); }));
  return boot.Stage("starting " + boot.options.init, [&] { return SwitchRoot(boot.options.init, arguments); });
}

/// Does what `panic=` asks for. The default is to power off, because to a host a halted machine looks like a slow one;
/// it waits first, so that somebody at the console can read the reason.
[[noreturn]] void EndMachine(int panic_seconds) {
  sync();
  if (panic_seconds >= 0) {
    std::this_thread::sleep_for(panic_seconds > 0 ? std::chrono::seconds(panic_seconds) : kReadingTime);
  }
  reboot(panic_seconds == 0 ? RB_POWER_OFF : RB_AUTOBOOT);
  _exit(1);  // reached only where reboot(2) fails; then the kernel panics and says so
}

}  // namespace
}  // namespace hallmark::guest

int main(int argc, char** argv) {
  using namespace hallmark;
  if (getpid() != 1) {
    std::fprintf(stderr, "%s: runs as the first process of an initramfs only\n", argc > 0 ? argv[0] : "hallmark-init");
    return 2;
  }
  umask(022);
  guest::Boot boot;
  try {
    const Result<void> result = guest::Run(boot, argv);
    if (!result.ok()) boot.console.Fail(result.error());
  } catch (const std::exception& exception) {
    boot.console.Fail(InternalError(exception.what()));
  }
  guest::EndMachine(boot.options.panic_seconds);
}
