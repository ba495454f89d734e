// SPDX-License-Identifier: Apache-2.0
#include "lib/base/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>

#include "lib/base/file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

std::vector<char*> Pointers(const std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (const std::string& s : strings) pointers.push_back(const_cast<char*>(s.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

struct ChildSetup {
  const char* program;
  char** argv;
  char** environment;
  const char* working_directory;  // null: unchanged
  int standard_input;
  int standard_output;
  int standard_error;
  int failure;  // an errno is written here if exec does not happen
  pid_t parent;
  const std::function<int()>* before_exec;
};

[[noreturn]] void ReportAndExit(const ChildSetup& setup, int error_number) {
  [[maybe_unused]] const ssize_t ignored = write(setup.failure, &error_number, sizeof error_number);
  _exit(127);
}

[[noreturn]] void ExecuteInChild(const ChildSetup& setup) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != setup.parent) _exit(127);  // the parent died before prctl took effect
  dup2(setup.standard_input, STDIN_FILENO);
  dup2(setup.standard_output, STDOUT_FILENO);
  dup2(setup.standard_error, STDERR_FILENO);
  if (setup.working_directory != nullptr && chdir(setup.working_directory) != 0) ReportAndExit(setup, errno);
  signal(SIGPIPE, SIG_DFL);
  if (*setup.before_exec) {
    if (const int error_number = (*setup.before_exec)(); error_number != 0) ReportAndExit(setup, error_number);
  }
  execve(setup.program, setup.argv, setup.environment);
  ReportAndExit(setup, errno);
}

/// Splits what a stream delivers into lines.
class LineSplitter {
 public:
  explicit LineSplitter(const std::function<void(std::string_view)>& on_line) : on_line_(on_line) {}
  void Add(std::string_view text) {
    if (!on_line_) return;
    pending_.append(text);
    size_t start = 0;
    for (size_t end; (end = pending_.find('\n', start)) != std::string::npos; start = end + 1) {
      on_line_(std::string_view(pending_).substr(start, end - start));
    }
    pending_.erase(0, start);
  }
  void Finish() {
    if (on_line_ && !pending_.empty()) on_line_(pending_);
  }

 private:
  const std::function<void(std::string_view)>& on_line_;
  std::string pending_;
};

/// Feeds `input` and collects both outputs until the child has closed them.
Result<void> Exchange(const Command& command, UniqueFd to_child, UniqueFd out, UniqueFd err, CommandOutput& output) {
  fcntl(to_child.get(), F_SETFL, O_NONBLOCK);
  LineSplitter out_lines(command.on_line);
  LineSplitter err_lines(command.on_line);
  std::string_view input = command.input;
  if (input.empty()) to_child.Reset();

  const auto drain = [](UniqueFd& fd, std::string& into, LineSplitter& lines) {
    char buffer[16 << 10];
    const ssize_t n = read(fd.get(), buffer, sizeof buffer);
    if (n > 0) {
      into.append(buffer, static_cast<size_t>(n));
      lines.Add({buffer, static_cast<size_t>(n)});
    } else if (n == 0 || errno != EINTR) {
      fd.Reset();
    }
  };
  while (out.valid() || err.valid()) {
    std::array<pollfd, 3> polls = {{{out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}, {to_child.get(), POLLOUT, 0}}};
    if (poll(polls.data(), polls.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return ErrnoError(errno, "poll");
    }
    if (out.valid() && polls[0].revents != 0) drain(out, output.standard_output, out_lines);
    if (err.valid() && polls[1].revents != 0) drain(err, output.standard_error, err_lines);
    if (to_child.valid() && polls[2].revents != 0) {
      const ssize_t n = write(to_child.get(), input.data(), input.size());
      if (n > 0) input.remove_prefix(static_cast<size_t>(n));
      if (input.empty() || (n < 0 && errno != EAGAIN && errno != EINTR)) to_child.Reset();
    }
  }
  out_lines.Finish();
  err_lines.Finish();
  return {};
}

int WaitForExit(pid_t child) {
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::string LastLines(const std::string& text, int count) {
  size_t start = text.find_last_not_of('\n');
  if (start == std::string::npos) return {};
  const size_t end = start + 1;
  for (; count > 0 && start != std::string::npos; --count) {
    start = start == 0 ? std::string::npos : text.rfind('\n', start - 1);
  }
  const size_t from = start == std::string::npos ? 0 : start + 1;
  return text.substr(from, end - from);
}

}  // namespace

Result<fs::path> FindProgram(const std::string& name) {
  if (name.find('/') != std::string::npos) return fs::path(name);
  const char* path = getenv("PATH");
  const std::string directories =
      std::string(path != nullptr ? path : "") + ":/usr/local/sbin:/usr/sbin:/sbin:/usr/bin:/bin";
  for (size_t start = 0; start <= directories.size();) {
    const size_t end = std::min(directories.find(':', start), directories.size());
    fs::path candidate = fs::path(directories.substr(start, end - start)) / name;
    if (end > start && access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
    start = end + 1;
  }
  return NotFoundError("program " + name + " not found").WithHint("hallmark doctor tells which package has it");
}

Result<CommandOutput> RunCommand(const Command& command) {
  ASSIGN_OR_RETURN(const fs::path program, FindProgram(command.argv.at(0)));
  ASSIGN_OR_RETURN(Pipe input, MakePipe());
  ASSIGN_OR_RETURN(Pipe out, MakePipe());
  ASSIGN_OR_RETURN(Pipe err, MakePipe());
  ASSIGN_OR_RETURN(Pipe failure, MakePipe());
  std::vector<char*> argv = Pointers(command.argv);
  std::vector<char*> environment;
  if (command.environment) environment = Pointers(*command.environment);

  const ChildSetup setup = {
      .program = program.c_str(),
      .argv = argv.data(),
      .environment = command.environment ? environment.data() : environ,
      .working_directory = command.working_directory.empty() ? nullptr : command.working_directory.c_str(),
      .standard_input = input.read_end.get(),
      .standard_output = out.write_end.get(),
      .standard_error = err.write_end.get(),
      .failure = failure.write_end.get(),
      .parent = getpid(),
      .before_exec = &command.before_exec,
  };
  const pid_t child = fork();
  if (child < 0) return ErrnoError(errno, "starting " + command.argv[0]);
  if (child == 0) ExecuteInChild(setup);

  input.read_end.Reset();
  out.write_end.Reset();
  err.write_end.Reset();
  failure.write_end.Reset();
  int start_error = 0;
  if (read(failure.read_end.get(), &start_error, sizeof start_error) == sizeof start_error) {
    WaitForExit(child);
    return ErrnoError(start_error, "starting " + command.argv[0]);
  }
  CommandOutput output;
  Result<void> exchanged =
      Exchange(command, std::move(input.write_end), std::move(out.read_end), std::move(err.read_end), output);
  if (!exchanged.ok()) kill(child, SIGKILL);
  output.exit_status = WaitForExit(child);
  RETURN_IF_ERROR(std::move(exchanged));
  return output;
}

Result<CommandOutput> RunCommandChecked(const Command& command) {
  ASSIGN_OR_RETURN(CommandOutput output, RunCommand(command));
  if (output.exit_status == 0) return output;
  const std::string& said = output.standard_error.empty() ? output.standard_output : output.standard_error;
  std::string message = command.argv[0] + " failed with exit status " + std::to_string(output.exit_status);
  if (const std::string tail = LastLines(said, 20); !tail.empty()) message += ":\n" + tail;
  return IoError(std::move(message));
}

}  // namespace hallmark
