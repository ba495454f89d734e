#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a sandboxed command may and may not do: isolation.py HELPER PROBE root|user TEST

The test runs in network and mount namespaces of its own: the servers that the command tries to reach listen on
addresses of the loopback device there, and nothing leaves the machine. If the test runs as root, the helper runs as
root or as an ordinary user; otherwise root and user are ids of a user namespace."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from servers import METADATA, NAMES, OTHER_PUBLIC, PRIVATE, PUBLIC, Handler, NameServer, serve

USER = 1000
SECRET = "what only the other session knows"


class Failure(Exception):
    pass


def require(holds, what):
    if not holds:
        raise Failure(what)


class Isolation:
    """One session beside another. Every test_ method is a test."""

    def __init__(self, helper, probe, user):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="hallmark-isolation-", dir="/var/tmp"))
        os.chmod(self.directory, 0o755)
        self.uid = USER if user == "user" else 0
        self.helper = shutil.copy(helper, self.directory)
        self.home = self.directory / "sessions/me"
        self.other = self.directory / "sessions/other"
        self.work = self.home / "work"
        for directory in (self.work, self.other):
            directory.mkdir(parents=True)
        # The file modes allow everybody to read this, so only the sandbox hides it.
        (self.other / "secret").write_text(SECRET)
        self.probe = shutil.copy(probe, self.home / "probe")
        for path in (self.home, self.work, self.home / "probe"):
            os.chown(path, self.uid, self.uid)
        self.settings = self.directory / "settings.json"
        self.write_settings()
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        for address in (PUBLIC, OTHER_PUBLIC, PRIVATE, METADATA):
            subprocess.run(["ip", "address", "add", address + "/32", "dev", "lo"], check=True)
        resolv_conf = self.directory / "resolv.conf"
        resolv_conf.write_text("nameserver 127.0.0.1\n")
        subprocess.run(["mount", "--bind", resolv_conf, os.path.realpath("/etc/resolv.conf")], check=True)
        self.names = NameServer()
        self.names.start()
        for port in (80, 443, 8080):
            serve(port)

    def close(self):
        shutil.rmtree(self.directory)

    def write_settings(self, allowed=None, **filesystem):
        if allowed is None:
            allowed = [name for name in NAMES if name != "denied.test"]
        rules = {"denyRead": [], "allowWrite": ["~", "."], "denyWrite": [], **filesystem}
        settings = {"network": {"allowedDomains": allowed, "deniedDomains": []}, "filesystem": rules}
        new = self.directory / "settings.new"
        new.write_text(json.dumps(settings))
        new.rename(self.settings)

    # Running things inside.

    def argv(self, *command, options=()):
        identity = [] if self.uid == 0 else ["setpriv", f"--reuid={self.uid}", f"--regid={self.uid}", "--clear-groups"]
        return [*identity, self.helper, "--settings", self.settings, "--session-home", self.home, "--workdir",
                self.work, *options, "--", *command]

    def start(self, *command, **more):
        return subprocess.Popen(self.argv(*command), stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)

    def run(self, *command, options=(), text=True, **more):
        return subprocess.run(self.argv(*command, options=options), capture_output=True, text=text, timeout=120, **more)

    def refused(self, *attempt, reason=""):
        result = self.run(self.probe, *attempt)
        require(result.returncode == 0 and result.stdout.startswith("refused: ") and reason in result.stdout,
                f"{attempt}: status {result.returncode}: {result.stdout}{result.stderr}")

    def fetch(self, *arguments):
        """Runs curl inside. Returns (status, output)."""
        result = self.run("curl", "-sS", "-m", "60", *arguments)
        return result.returncode, result.stdout + result.stderr

    def fetched(self, url, *arguments, at):
        status, output = self.fetch(*arguments, url)
        require(status == 0 and f" at {at} " in output, f"{url}: {status}: {output}")

    def not_fetched(self, url, *arguments, reason):
        before = len(Handler.requests)
        _, output = self.fetch(*arguments, url)
        require(reason in output, f"{url}: {output}")
        require(len(Handler.requests) == before, f"{url} reached the server")

    def exchange(self, text, port=3128):
        result = self.run(self.probe, "exchange", str(port), input=text)
        require(result.returncode == 0, result.stderr)
        return result.stdout

    # What works.

    def test_output_and_exit_status(self):
        result = self.run("sh", "-c", "echo out; echo err >&2; exit 7")
        require((result.returncode, result.stdout, result.stderr) == (7, "out\n", "err\n"), result)
        result = self.run("sh", "-c", "cat; kill -KILL $$", input="in")
        require((result.returncode, result.stdout) == (137, "in"), result)
        result = self.run("no-such-command")
        require(result.returncode == 127 and "no-such-command" in result.stderr, result)
        require(self.run("/etc/passwd").returncode == 126, "what is no program ran")

    def test_large_output(self):
        result = self.run("head", "-c", "67108864", "/dev/zero", text=False)
        require(result.returncode == 0 and result.stdout == bytes(67108864), "output was lost")

    def test_own_failures(self):
        for options, reason in ((["--session-home", "/nonexistent/x"], "no such directory"),
                                (["--workdir", "/etc"], "is not in the session's directory"),
                                (["--settings", "/nonexistent"], "/nonexistent"),
                                (["--read-only", "/nonexistent"], "does not exist"),
                                (["--nonsense"], "nonsense")):
            result = self.run("true", options=options)
            require(result.returncode == 125 and reason in result.stderr, (options, result))

    def test_broken_policy_runs_nothing(self):
        for text in ("", "{", "{}x", '{"network": {"allowedDomains": ["*"]}}', '{"unknown": 1}'):
            self.settings.write_text(text)
            result = self.run("echo", "ran")
            require(result.returncode == 125 and result.stdout == "", (text, result))

    def test_home_is_writable(self):
        name = "hallmark-" + os.urandom(8).hex()  # one that nobody else has there
        script = f"echo kept > file && mkdir -p sub && pwd && echo x > /tmp/{name} && echo x > /var/tmp/{name}"
        result = self.run("sh", "-c", script)
        require(result.returncode == 0 and result.stdout.strip() == str(self.work), result)
        require((self.work / "file").read_text() == "kept\n", "the file is not there")
        for directory in ("/tmp", "/var/tmp"):
            require(not os.path.exists(f"{directory}/{name}"), f"the machine's {directory} was written")

    def test_environment(self):
        result = self.run("env", env={**os.environ, "SESSION": "kept", "HTTP_PROXY": "http://evil.test:1"})
        for line in ("SESSION=kept", "HTTP_PROXY=http://127.0.0.1:3128", "http_proxy=http://127.0.0.1:3128",
                     "HTTPS_PROXY=http://127.0.0.1:3128", "https_proxy=http://127.0.0.1:3128",
                     "ALL_PROXY=socks5h://127.0.0.1:1080", "all_proxy=socks5h://127.0.0.1:1080",
                     "NO_PROXY=localhost,127.0.0.1,::1", "no_proxy=localhost,127.0.0.1,::1"):
            require(result.stdout.splitlines().count(line) == 1, (line, result.stdout))
        require("evil" not in result.stdout, result.stdout)

    def test_signals_reach_the_command(self):
        for name in ("TERM", "INT", "HUP", "QUIT", "USR1", "USR2"):
            script = f"trap 'echo got; exit 3' {name}; echo ready; while :; do sleep 0.05; done"
            process = self.start("sh", "-c", script)
            require(process.stdout.readline() == b"ready\n", name)
            process.send_signal(getattr(signal, "SIG" + name))
            output, _ = process.communicate(timeout=60)
            require(process.returncode == 3 and output == b"got\n", (name, process.returncode, output))
        process = self.start("sh", "-c", "echo ready; exec sleep 600")
        process.stdout.readline()
        process.terminate()
        process.communicate(timeout=60)
        require(process.returncode == 128 + signal.SIGTERM, process.returncode)

    def test_http(self):
        self.fetched("http://allowed.test/a?b", at=f"{PUBLIC}:80")
        status, output = self.fetch("-d", "hello", "http://allowed.test/post")
        require(status == 0 and "POST /post" in output and "hello" in output, output)

    def test_http_connect(self):
        self.fetched("http://allowed.test:443/", "--proxytunnel", at=f"{PUBLIC}:443")

    def test_socks(self):
        self.fetched("http://allowed.test/", "-x", "socks5h://127.0.0.1:1080", at=f"{PUBLIC}:80")

    def test_many_connections(self):
        script = "for i in $(seq 40); do curl -sS -m 60 http://allowed.test/$i & done; wait"
        result = self.run("sh", "-c", script)
        require(result.stdout.count(f" at {PUBLIC}:80") == 40, result.stdout + result.stderr)

    def test_policy_change_counts_for_new_connections(self):
        process = self.start("sh", "-c", "while read url; do curl -sS -m 60 $url; echo; done", stdin=subprocess.PIPE)

        def ask(expected):
            process.stdin.write(b"http://allowed.test/\n")
            process.stdin.flush()
            lines = [process.stdout.readline().decode() for _ in range(2)]
            require(expected in lines[0], (expected, lines))

        ask(f" at {PUBLIC}:80")
        self.write_settings(allowed=["denied.test"])
        ask("hallmark: allowed.test:80: ")
        self.write_settings()
        ask(f" at {PUBLIC}:80")
        self.settings.write_text("{")
        ask("can't be read")
        self.settings.unlink()
        ask("can't be read")
        self.write_settings()
        ask(f" at {PUBLIC}:80")
        process.stdin.close()
        require(process.wait(timeout=60) == 0, "the command failed")

    # Other sessions.

    def test_other_session_files(self):
        os.chmod(self.other, 0o777)
        os.chmod(self.other / "secret", 0o666)
        self.refused("read", self.other / "secret", reason="No such file")
        self.refused("read", self.work / "../../other/secret", reason="No such file")
        self.refused("create", self.other / "new")
        os.symlink(self.other, self.work / "through")
        self.refused("read", self.work / "through/secret", reason="No such file")

    def test_other_session_processes(self):
        process = subprocess.Popen(["sleep", "600"], user=self.uid)
        try:
            self.refused("kill", str(process.pid), reason="No such process")
            result = self.run("sh", "-c", "cat /proc/[0-9]*/cmdline | tr '\\0' ' '")
            require("sleep 600" not in result.stdout and "isolation.py" not in result.stdout, result.stdout)
        finally:
            process.kill()
            process.wait()

    def test_hidden_directories(self):
        for directory in ("/run", "/root", "/home", "/mnt", "/boot", "/sys/fs/cgroup"):
            result = self.run("ls", "-A", directory)
            require(result.stdout in ("", "sandbox-helper\n"), (directory, result))

    # The network.

    def test_network_without_proxy(self):
        for address in (PUBLIC, PRIVATE, METADATA):
            self.refused("connect", address, "80", reason="unreachable")
        self.refused("datagram", "8.8.8.8", reason="unreachable")
        self.refused("connect", "127.0.0.1", "80", reason="Connection refused")  # the machine's own loopback device

    def test_denied_domain_by_name(self):
        self.not_fetched("http://denied.test/", reason="denied.test:80: ")
        self.not_fetched("https://denied.test/", reason="403")
        self.not_fetched("http://denied.test/", "-x", "socks5h://127.0.0.1:1080", reason="curl: (97)")
        self.not_fetched("http://sub.allowed.test/", reason="sub.allowed.test:80: ")
        require("denied.test" not in self.names.asked, "a denied name was looked up")

    def test_denied_domain_by_address(self):
        for host in (PUBLIC, PRIVATE, METADATA, "127.0.0.1", "[::1]", "[::ffff:11.22.33.44]"):
            self.not_fetched(f"http://{host}/", "--noproxy", "", reason="hallmark: ")
            self.not_fetched(f"https://{host}/", "--noproxy", "", reason="CONNECT tunnel failed")
        for host in ("185999660", "0x0b16212c", "11.1450284", "013.026.041.054"):  # inet_aton(3) reads these as PUBLIC
            answer = self.exchange(f"GET http://{host}/ HTTP/1.1\r\nHost: {host}\r\n\r\n")
            require(" 400 Bad Request" in answer, (host, answer))
        self.not_fetched(f"http://{PUBLIC}/", "-x", "socks5://127.0.0.1:1080", reason="curl: (97)")

    def test_private_addresses_of_allowed_names(self):
        for name, what in (("private.test", "private"), ("metadata.test", "metadata service"),
                           ("loopback.test", "loopback")):
            self.not_fetched(f"http://{name}/", reason=f"not a public address: {what}")
            self.not_fetched(f"http://{name}/", "-x", "socks5h://127.0.0.1:1080", reason="curl: (97)")
        self.fetched("http://mixed.test/", at=f"{OTHER_PUBLIC}:80")  # it never connects to the private address

    def test_private_addresses_that_the_policy_allows(self):
        self.write_settings(allowed=[PRIVATE, "127.0.0.1", METADATA])
        for host in (PRIVATE, "127.0.0.1", METADATA):
            self.not_fetched(f"http://{host}/", "--noproxy", "", reason="not a public address")

    def test_dns_rebinding(self):
        self.fetched("http://rebind.test/", at=f"{PUBLIC}:80")
        require(self.names.asked == ["rebind.test"], f"looked up {self.names.asked}")
        self.not_fetched("http://rebind.test/", reason="not a public address: private")

    def test_connect_to_a_denied_port(self):
        self.not_fetched("http://allowed.test:8080/", reason="allowed.test:8080: ")
        self.not_fetched("https://allowed.test:8080/", reason="403")
        self.not_fetched("http://allowed.test:8080/", "-x", "socks5h://127.0.0.1:1080", reason="curl: (97)")
        self.write_settings(allowed=["allowed.test:8080"])
        self.fetched("http://allowed.test:8080/", at=f"{PUBLIC}:8080")

    def test_header_smuggling(self):
        get = "GET http://allowed.test/ HTTP/1.1\r\n"
        for text in (get + "Host: denied.test\r\n\r\n", get + "Host: allowed.test\r\nHost: denied.test\r\n\r\n",
                     get + "Host: allowed.test\r\nX: a\r\n b\r\n\r\n", get + "Host: allowed.test\r\nX: a\0b\r\n\r\n",
                     get + "Host: allowed.test\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                     "GET http://denied.test\\@allowed.test/ HTTP/1.1\r\nHost: allowed.test\r\n\r\n",
                     "CONNECT allowed.test:80 HTTP/1.1\r\nHost: denied.test:80\r\n\r\n",
                     "GET / HTTP/1.1\r\nHost: allowed.test\r\n\r\n"):
            answer = self.exchange(text)
            require(answer.startswith("HTTP/1.1 400 "), (text, answer))
        require(not Handler.requests, Handler.requests)

    def test_one_request_a_connection(self):
        first = "GET http://allowed.test/one HTTP/1.1\r\nHost: allowed.test\r\n\r\n"
        second = "GET http://denied.test/two HTTP/1.1\r\nHost: denied.test\r\n\r\n"
        answer = self.exchange(first + second)
        require("GET /one" in answer and "two" not in answer, answer)
        require(len(Handler.requests) == 1, Handler.requests)

    def test_socks_with_a_nul_in_the_name(self):
        name = b"allowed.test\0.denied.test"
        request = b"\x05\x01\x00" + b"\x05\x01\x00\x03" + bytes([len(name)]) + name + b"\x00\x50"
        result = self.run(self.probe, "exchange", "1080", input=request, text=False)
        require(result.stdout[:4] == b"\x05\x00\x05\x01", result)
        require(not self.names.asked, self.names.asked)

    # The kernel.

    def test_af_unix(self):
        self.refused("af_unix", reason="not permitted")
        self.refused("socketpair", reason="not permitted")

    def test_other_sockets(self):
        self.refused("af_vsock", reason="not permitted")
        self.refused("af_packet", reason="not permitted")
        for kind, protocol in (("STREAM", 262), ("STREAM", 132), ("DGRAM", 136), ("DGRAM", 1)):  # MPTCP, SCTP, UDP-Lite, ping
            result = self.run("python3", "-c", f"import socket; socket.socket(2, socket.SOCK_{kind}, {protocol})")
            require("PermissionError: [Errno 1]" in result.stderr, (kind, protocol, result))

    def test_ptrace(self):
        self.refused("ptrace", reason="not permitted")
        self.refused("process_vm_readv", reason="not permitted")

    def test_mount(self):
        self.refused("mount", reason="not permitted")
        self.refused("umount", self.home, reason="not permitted")
        self.refused("chroot", reason="not permitted")

    def test_namespaces(self):
        self.refused("unshare", reason="not permitted")
        self.refused("clone", reason="not permitted")
        require(self.run("bwrap", "--ro-bind", "/", "/", "true").returncode != 0, "a sandbox inside the sandbox")

    def test_io_uring(self):
        self.refused("io_uring", reason="not implemented")

    def test_kernel_interfaces(self):
        for attempt in ("bpf", "perf", "keyctl", "userfaultfd", "sethostname"):
            self.refused(attempt, reason="not permitted")

    def test_terminal_input(self):
        self.refused("tiocsti", reason="not permitted")

    def test_other_architectures(self):
        self.refused("other_architecture")
        self.refused("x32")

    # Files.

    def repository(self, name="work"):
        git = self.home / name / ".git"
        git.mkdir(parents=True)
        (git / "HEAD").write_text("ref: refs/heads/main\n")
        (git / "config").write_text("[core]\n")
        for path in (git.parent.parent, git.parent, git, git / "HEAD", git / "config"):
            os.chown(path, self.uid, self.uid)
        return git

    def test_git_hooks_that_did_not_exist(self):
        git = self.repository()
        self.refused("create", git / "hooks/pre-commit", reason="Read-only")
        self.refused("remove", git / "hooks", reason="busy")
        self.refused("rename", git / "hooks", git / "old", reason="busy")
        self.refused("rename", git, self.work / "old", reason="busy")
        self.refused("rename", self.work, self.home / "old", reason="busy")
        self.refused("create", git / "config", reason="Read-only")
        self.refused("chmod", git / "hooks", reason="Read-only")
        require(self.run("touch", git / "index").returncode == 0, "the rest of .git is not writable")
        require(not (git / "hooks").exists(), "the placeholder stayed")

    def test_git_directory_that_did_not_exist(self):
        self.refused("mkdir", self.work / ".git", reason="exists")
        self.refused("create", self.work / ".git/config", reason="Read-only")
        require(not (self.work / ".git").exists(), "the placeholder stayed")

    def test_hooks_of_another_project(self):
        git = self.repository("src/project")
        self.refused("create", git / "hooks/pre-commit", reason="Read-only")
        self.refused("rename", git.parent, self.home / "src/old", reason="busy")

    def owned(self, path, text=None):
        """Makes a file of the session, or a directory, with the directories above it."""
        for directory in [*reversed(path.relative_to(self.home).parents)][1:]:
            (self.home / directory).mkdir(exist_ok=True)
            os.chown(self.home / directory, self.uid, self.uid)
        path.mkdir() if text is None else path.write_text(text)
        os.chown(path, self.uid, self.uid)
        return path

    def test_git_directories_that_git_is_led_to(self):
        git = self.repository()
        self.refused("create", git / "commondir")
        self.owned(git / "modules/lib/dir/HEAD", "ref: refs/heads/main\n")
        for name in ("hooks/post-checkout", "config", "commondir"):
            self.refused("create", git / "modules/lib/dir" / name)
        self.owned(git / "worktrees/other/commondir", "../..\n")
        self.refused("create", git / "worktrees/other/commondir", reason="Read-only")
        require(not (git / "commondir").exists(), "the placeholder stayed")

    def test_repository_of_a_worktree(self):
        git = self.repository("a/b/c/main")
        self.owned(git / "worktrees/work/commondir", "../..\n")
        self.owned(self.work / ".git", f"gitdir: {git}/worktrees/work\n")
        self.refused("create", git / "hooks/pre-commit", reason="Read-only")
        self.refused("create", git / "worktrees/work/commondir", reason="Read-only")
        self.refused("create", self.work / ".git", reason="Read-only")

    def test_repository_around_the_working_directory(self):
        git = self.repository("a/b/c/d/project")
        self.work = self.owned(git.parent / "src/deep")
        self.refused("create", git / "hooks/pre-commit", reason="Read-only")
        self.refused("create", git / "config", reason="Read-only")

    def test_projects_that_can_not_be_searched(self):
        git = self.repository("mnt/project")
        os.chmod(git.parent, 0)
        self.run("sh", "-c", f"chmod 755 {git.parent}; mkdir {git}/hooks; echo x >{git}/hooks/pre-commit")
        os.chmod(git.parent, 0o755)
        require(not (git / "hooks/pre-commit").exists(), "a hook in a directory that could not be searched")
        many = self.owned(self.home / "aaa")
        for number in range(60_000):
            (many / str(number)).touch()
        self.refused("create", git / "hooks/pre-commit", reason="Read-only")
        self.refused("create", many / "new", reason="Read-only")
        require(self.run("touch", self.home / "new").returncode == 0, "the session's own directory is not writable")

    def test_a_command_can_not_lock_its_session_out(self):
        for command in ("mkdir -p some/project; ln -s /nonexistent some/project/.envrc; ln -s x some/.git",
                        "mkdir -p other; ln -s x other/.claude", "mkdir -p x; touch x/.envrc; chmod 0 x", "chmod 0 ~"):
            self.run("sh", "-c", f"HOME={self.home}; cd ~; {command}")
            result = self.run("echo", "goes on")
            require(result.stdout == "goes on\n", (command, result))

    def test_directories_of_somebody_else(self):
        theirs = self.home / "theirs"
        (theirs / ".git").mkdir(parents=True)
        (theirs / ".git/HEAD").write_text("ref: refs/heads/main\n")
        for path in (theirs, theirs / ".git"):
            os.chown(path, 4242, 4242)
        require(self.run("echo", "goes on").stdout == "goes on\n", "not beside it")
        self.work = theirs
        require(self.run("echo", "goes on").stdout == "goes on\n", "not in it")

    def test_first_process_leads_nowhere(self):
        result = self.run("sh", "-c", "ls /proc/1/fd | wc -l; for fd in /proc/1/fd/*; do [ ! -d $fd ] || ls -A $fd/; done")
        count, *listed = result.stdout.splitlines()
        require(result.returncode == 0 and int(count) > 0 and not listed, result)

    def test_programs_of_the_session_do_not_run_outside(self):
        self.owned(self.home / "bin/bwrap", "#!/bin/sh\necho outside\n").chmod(0o755)
        for path in (f"{self.home}/bin:/usr/bin:/bin", "bin:/usr/bin:/bin"):
            result = self.run("echo", "inside", env={**os.environ, "PATH": path}, cwd=self.home)
            require(result.stdout == "inside\n", (path, result))

    def test_start_up_files_that_did_not_exist(self):
        for name in (".bashrc", ".profile", ".zshrc", ".gitconfig", ".config/fish/config.fish", ".ssh/config"):
            self.refused("create", self.home / name, reason="")
            self.refused("remove", self.home / name.split("/")[0], reason="busy")
        for name in (".vscode/tasks.json", ".claude/settings.json", ".mcp.json", ".idea/x"):
            self.refused("create", self.work / name, reason="")
        self.refused("symlink", "/tmp/x", self.home / ".bashrc", reason="exists")
        require(sorted(os.listdir(self.home)) == ["probe", "work"], os.listdir(self.home))
        require(os.listdir(self.work) == [], os.listdir(self.work))

    def test_system_files(self):
        for path in ("/etc/x", "/usr/bin/x", "/x", "/var/x", "/dev/x/y"):
            self.refused("create", path)

    def test_rules_of_the_policy(self):
        for name, text in (("secret", "x"), ("vault/file", "x"), ("vault/open/file", "x"), ("ro/file", "x")):
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_text(text)
        for path in self.work.rglob("*"):
            os.chown(path, self.uid, self.uid)
        self.write_settings(denyRead=["secret", "vault"], allowRead=["vault/open"], denyWrite=["ro", "absent/file"])
        self.refused("read", self.work / "secret", reason="Permission denied")
        self.refused("read", self.work / "vault/file", reason="No such file")
        self.refused("create", self.work / "vault/new", reason="Read-only")
        self.refused("create", self.work / "ro/file", reason="Read-only")
        self.refused("create", self.work / "absent/file", reason="")
        require(self.run("cat", self.work / "vault/open/file").stdout == "x", "what is allowed can't be read")
        result = self.run(self.probe, "create", self.work / "file", options=["--read-only", self.work])
        require(result.returncode == 0, "--read-only was written")

    # The end.

    def mounts(self):
        return pathlib.Path("/proc/self/mountinfo").read_text()

    def processes(self, mark):
        found = []
        for directory in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (directory / "cmdline").read_bytes():
                    found.append(directory.name)
        return found

    def await_none(self, mark):
        for _ in range(600):
            if not self.processes(mark):
                return
            time.sleep(0.05)
        raise Failure(f"still there: {self.processes(mark)}")

    def test_kill_leaves_nothing(self):
        before = self.mounts()
        for _ in range(20):
            mark = f"sleep\0{time.monotonic_ns()}".encode()
            seconds = mark.split(b"\0")[1].decode()
            process = self.start("sh", "-c", f"setsid sleep {seconds} & echo ready; exec sleep {seconds}")
            process.stdout.readline()
            process.kill()
            process.wait()
            process.stdout.close()
            process.stderr.close()
            self.await_none(mark)
            self.await_none(str(self.home).encode())
        require(self.mounts() == before, "a mount stayed")
        sockets = subprocess.run(["ss", "-Hltnx"], capture_output=True, text=True, check=True).stdout
        require(":3128" not in sockets and str(self.directory) not in sockets, sockets)
        require(self.run("true").returncode == 0, "no next command")
        require(sorted(os.listdir(self.home)) == ["probe", "work"], os.listdir(self.home))

    def test_nothing_outlives_the_command(self):
        mark = str(time.monotonic_ns())
        require(self.run("sh", "-c", f"setsid sleep {mark} >/dev/null 2>&1 & true").returncode == 0, "failed")
        require(not self.processes(f"sleep\0{mark}".encode()), "a process stayed")

    def test_commands_at_once(self):
        processes = [self.start("sh", "-c", "sleep 0.$((RANDOM % 10)); exit 5") for _ in range(12)]
        for process in processes:
            process.communicate(timeout=120)
            require(process.returncode == 5, process.returncode)
        require(sorted(os.listdir(self.home)) == ["probe", "work"], os.listdir(self.home))


def main():
    helper, probe, user, test = sys.argv[1:5]
    if os.environ.get("HALLMARK_ISOLATION") != "inside":
        new = [] if os.geteuid() == 0 else ["--user", "--map-root-user", "--map-auto"]
        os.environ["HALLMARK_ISOLATION"] = "inside"
        new += ["--net", "--mount", "--propagation", "private"]
        os.execvp("unshare", ["unshare", *new, sys.executable, "-B", *sys.argv])
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    isolation = Isolation(helper, probe, user)
    try:
        getattr(isolation, "test_" + test)()
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")
    finally:
        isolation.close()


main()
