#!/usr/bin/env python3
"""Runs chains of jobs under a Slurm of its own, and compares what they make with one process's, byte for
byte: convert, segment, measure components and evaluate in parts; jobs that are stopped, killed, cancelled
and queued again in the middle; bad clusters.

    python3 Tools/check.d/slurm.py [TOOL]

It needs Debian's slurm-wlm and munge and to be root. Daemons, keys and ports are its own, under a temporary
folder; they are stopped at the end. TOOL is the built t2s-volume (default: $T2S_VOLUME, else
.build/release, else .build/debug). $T2S_KILLS says how many runs are disturbed (default 20).
Exit code 0 where all agree, 1 where something differs, 77 where something that it needs is missing.
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[2]
CANDIDATES = [sys.argv[1] if len(sys.argv) > 1 else os.environ.get("T2S_VOLUME"),
              HERE / ".build/release/t2s-volume", HERE / ".build/debug/t2s-volume"]
TOOL = next((str(Path(c).resolve()) for c in CANDIDATES if c and Path(c).is_file()), None)
if TOOL is None:
    print("skipped: build t2s-volume first, or give its path")
    sys.exit(77)
if os.geteuid() != 0 or not all(map(shutil.which, ["slurmctld", "slurmd", "munged", "sbatch"])):
    print("skipped: needs root and slurm-wlm: apt-get install --no-install-recommends slurm-wlm munge")
    sys.exit(77)

KILLS = int(os.environ.get("T2S_KILLS", "20"))
failures = []
checked = 0


def expect(holds, what):
    global checked
    checked += 1
    if not holds:
        failures.append(what)
        print(f"   DIFFERS: {what}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Slurm:
    """A cluster of one node, on the loopback."""

    def __init__(self, folder):
        self.folder = folder = Path(folder)
        host = socket.gethostname()
        for name in ["state", "spool", "log", "run"]:
            (folder / name).mkdir()
        folder.chmod(0o755)
        (folder / "munge.key").write_bytes(os.urandom(1024))
        (folder / "munge.key").chmod(0o400)
        cores = os.cpu_count()
        (folder / "slurm.conf").write_text(f"""ClusterName=test
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
CredType=cred/munge
AuthInfo=socket={folder}/run/munge.socket,cred_expire=5
SlurmUser=root
SlurmdUser=root
SlurmctldPort={free_port()}
SlurmdPort={free_port()}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/run/slurmctld.pid
SlurmdPidFile={folder}/run/slurmd.pid
SlurmctldLogFile={folder}/log/slurmctld.log
SlurmdLogFile={folder}/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SlurmctldTimeout=30
SlurmdTimeout=30
InactiveLimit=0
KillWait=5
MinJobAge=300
SchedulerParameters=batch_sched_delay=1,sched_interval=1
JobRequeue=1
MailProg=/bin/true
NodeName={host} NodeAddr=127.0.0.1 CPUs={cores} RealMemory=12000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
""")
        os.environ["SLURM_CONF"] = f"{folder}/slurm.conf"
        run = folder / "run"
        subprocess.run(["munged", "--force", f"--key-file={folder}/munge.key",
                        f"--socket={run}/munge.socket", f"--pid-file={run}/munged.pid",
                        f"--log-file={folder}/log/munged.log", f"--seed-file={run}/munged.seed"],
                       check=True, capture_output=True)
        subprocess.run(["slurmctld", "-f", f"{folder}/slurm.conf"], check=True)
        time.sleep(1)
        subprocess.run(["slurmd", "-f", f"{folder}/slurm.conf", "-N", host], check=True)
        for _ in range(60):
            state = subprocess.run(["sinfo", "-h", "-o", "%T"], capture_output=True, text=True)
            if "idle" in state.stdout:
                return
            time.sleep(0.5)
        raise RuntimeError(f"no node is idle: {state.stdout} {state.stderr}")

    def stop(self):
        for name in ["slurmd", "slurmctld", "munged"]:
            path = self.folder / "run" / f"{name}.pid"
            if path.is_file():
                try:
                    os.kill(int(path.read_text()), signal.SIGTERM)
                except (ValueError, ProcessLookupError):
                    pass
        time.sleep(1)

    def queue(self):
        done = subprocess.run(["squeue", "-h", "-r", "-o", "%A %F %K %T"], capture_output=True,
                              text=True)
        return [line.split() for line in done.stdout.splitlines()]

    def wait(self, seconds=300):
        """Until no job runs or waits for anything but what can never be."""
        end = time.time() + seconds
        while time.time() < end:
            if not self.queue():
                return True
            time.sleep(0.5)
        return False


def tool(folder, *words, code=0):
    done = subprocess.run([TOOL, *map(str, words)], cwd=folder, capture_output=True, text=True)
    if code is not None and done.returncode != code:
        expect(False, f"{' '.join(map(str, words))}: exit code {done.returncode}: {done.stderr[-600:]}")
    return done


def tree(path, leave=("receipt.json", "lock")):
    path = Path(path)
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*"))
            if p.is_file() and p.name not in leave}


def same(folder, made, wanted, what):
    a, b = tree(folder / made), tree(folder / wanted)
    differing = sorted(n for n in a.keys() | b.keys() if a.get(n) != b.get(n))
    expect(not differing and a, f"{what}: {len(differing)} files differ: {differing[:5]}")


def slurm(folder, *words, parts, more=()):
    return tool(folder, "slurm", *words, "--parts", parts, "--cpus", 1, "--nodes-at-most", 2,
                "--rate", "5M", "--time", 5, "--submit", "--json", *more)


def ended_well(cluster, folder, run, what):
    expect(cluster.wait(), f"{what}: jobs still run after five minutes")
    status = tool(folder, "slurm", "status", run, "--json", code=None)
    told = json.loads(status.stdout or "{}")
    if not told.get("finished"):
        logs = "".join(p.read_text()[-400:] for p in sorted((folder / run / "logs").glob("*.log")))
        expect(False, f"{what}: not finished: {told} {logs[-1500:]}")
    return told


def chains(cluster, folder):
    """Every command that is cut, as a chain of 4 to 16 parts, against one process."""
    print("   chains", flush=True)
    memory = ["--memory", "300M"]
    tool(folder, "convert", "scan.raw", "one.zarr")
    tool(folder, "segment", "scan.raw", "--output", "one.labels.zarr", *memory, "--no-picture",
         "--tile", 64, "--probabilities", "fibre")
    truth = "scan.raw.labels.zarr"
    tool(folder, "measure", "components", truth, "--class", 1, "--output", "one.fibres.zarr",
         "--table", "one.fibres.csv")
    tool(folder, "evaluate", "one.labels.zarr", truth, "--output", "one.evaluation")
    slurm(folder, "convert", "scan.raw", "c.zarr", parts=4)
    ended_well(cluster, folder, "c.zarr.slurm", "convert")
    same(folder, "c.zarr", "one.zarr", "convert in 4 parts")
    slurm(folder, "segment", "scan.raw", "--output", "s.labels.zarr", *memory, "--no-picture",
          "--tile", 64, "--probabilities", "fibre", parts=8)
    ended_well(cluster, folder, "s.labels.zarr.slurm", "segment")
    same(folder, "s.labels.zarr", "one.labels.zarr", "segment in 8 parts")
    same(folder, "s.probabilities.zarr", "one.probabilities.zarr", "its probabilities")
    slurm(folder, "measure", "components", truth, "--class", 1, "--output", "m.fibres.zarr",
          "--table", "m.fibres.csv", *memory, parts=16)
    ended_well(cluster, folder, "m.fibres.zarr.slurm", "measure components")
    same(folder, "m.fibres.zarr", "one.fibres.zarr", "components in 16 parts")
    same(folder, "m.fibres.csv", "one.fibres.csv", "their table")
    slurm(folder, "evaluate", "one.labels.zarr", truth, "--output", "e.evaluation", *memory, parts=4)
    ended_well(cluster, folder, "e.evaluation.slurm", "evaluate")
    same(folder, "e.evaluation", "one.evaluation", "evaluate in 4 parts")


def disturbed(cluster, folder, number):
    """A chain of which jobs are stopped, killed, cancelled and queued again; then what is missing is
    sent again until the whole is there."""
    draw = random.Random(number)
    name = f"k{number}.labels.zarr"
    run = f"{name}.slurm"
    slurm(folder, "segment", "scan.raw", "--output", name, "--memory", "300M", "--no-picture", "--tile",
          64, "--probabilities", "fibre", parts=draw.choice([4, 5, 8]))
    what = []
    for _ in range(draw.randint(1, 4)):
        time.sleep(draw.uniform(0.2, 3))
        running = [words for words in cluster.queue() if words[3] == "RUNNING" and words[2] != "N/A"]
        if not running:
            continue
        job, array, task, _ = draw.choice(running)
        kind = draw.choice(["TERM", "KILL", "requeue", "cancel", "signal"])
        what.append(f"{kind} of part {task}")
        if kind == "requeue":
            subprocess.run(["scontrol", "requeue", f"{array}_{task}"], capture_output=True)
        elif kind == "cancel":
            subprocess.run(["scancel", f"{array}_{task}"], capture_output=True)
        elif kind == "signal":
            subprocess.run(["scancel", "--batch", "--signal=TERM", f"{array}_{task}"],
                           capture_output=True)
        else:
            subprocess.run(["pkill", f"-{kind}", "-f", f"{name}.*--part {task}/"],
                           capture_output=True)
    for attempt in range(6):
        # A job that waits for what failed is cancelled by Slurm itself.
        expect(cluster.wait(), f"run {number}: jobs still run ({what})")
        told = json.loads(tool(folder, "slurm", "status", run, "--json", code=None).stdout)
        if told["finished"]:
            break
        expect(not (folder / name / "zarr.json").exists(), f"run {number} looks finished ({what})")
        tool(folder, "slurm", "resubmit", run)
    expect(told["finished"], f"run {number} is not finished after {attempt + 1} sendings ({what})")
    same(folder, name, "one.labels.zarr", f"run {number} ({what})")
    same(folder, f"k{number}.probabilities.zarr", "one.probabilities.zarr", f"run {number} ({what})")
    for path in [name, f"k{number}.probabilities.zarr", run]:
        shutil.rmtree(folder / path, ignore_errors=True)
    print(f"   run {number}: {', '.join(what) or 'nothing'}; sent {attempt + 1} times", flush=True)


def bad_clusters(cluster, folder):
    print("   bad clusters", flush=True)
    done = tool(folder, "slurm", "convert", "scan.raw", "b.zarr", "--parts", 4, "--partition", "nosuch",
                "--submit", code=1)
    expect("nosuch" in done.stderr or "partition" in done.stderr.lower(),
           f"a partition that is not there: {done.stderr}")
    expect(not (folder / "b.zarr.slurm").exists(), "what was not sent leaves no run")
    # No sbatch.
    path = os.environ["PATH"]
    os.environ["PATH"] = "/nowhere"
    done = tool(folder, "slurm", "convert", "scan.raw", "b.zarr", "--parts", 4, "--submit", code=2)
    os.environ["PATH"] = path
    expect("sbatch" in done.stderr, f"no sbatch: {done.stderr}")
    # A part that always fails: the scan is cut short behind the back of the parts.
    shutil.copy(folder / "scan.raw", folder / "bad.raw")
    shutil.copy(folder / "scan.raw.info", folder / "bad.raw.info")
    slurm(folder, "convert", "bad.raw", "bad.zarr", parts=4, more=["--setup", "ulimit -f 200"])
    expect(cluster.wait(), "the chain of a part that always fails still waits")
    status = tool(folder, "slurm", "status", "bad.zarr.slurm", code=1)
    expect("failed" in status.stdout and "part-1.log" in status.stdout,
           f"status names what failed and its log: {status.stdout}")
    expect(not (folder / "bad.zarr/zarr.json").exists(), "a failed chain looks finished")
    finish = tool(folder, "finish", "bad.zarr", code=1)
    expect("parts 1 to 4 (of 4)" in finish.stderr, f"finish names what is missing: {finish.stderr}")
    # Killed as for its memory.
    slurm(folder, "segment", "scan.raw", "--output", "oom.labels.zarr", "--memory", "300M",
          "--no-picture", parts=4)
    end = time.time() + 60
    while time.time() < end:
        if subprocess.run(["pkill", "-KILL", "-f", "oom.labels.zarr.*--part 2/"],
                          capture_output=True).returncode == 0:
            break
        time.sleep(0.1)
    cluster.wait()
    status = tool(folder, "slurm", "status", "oom.labels.zarr.slurm", code=1)
    expect("memory" in status.stdout, f"a part that was killed is told apart: {status.stdout}")
    tool(folder, "slurm", "resubmit", "oom.labels.zarr.slurm")
    ended_well(cluster, folder, "oom.labels.zarr.slurm", "after a kill")
    tool(folder, "slurm", "doctor", ".")
    out_of_memory(cluster, folder)
    torn_renames(folder)


class MemoryGroup:
    """A control group of little memory, where such may be made; None where not."""

    def __new__(cls, name, size):
        for place, file in [("/sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                            ("/sys/fs/cgroup", "memory.max")]:
            path = Path(place) / name
            try:
                path.mkdir()
                (path / file).write_text(str(size))
                self = super().__new__(cls)
                self.path = path
                return self
            except OSError:
                if path.is_dir():
                    path.rmdir()
        return None


def out_of_memory(cluster, folder):
    """The system itself kills a part that takes more than its group of processes may."""
    group = MemoryGroup(f"t2s-check-{os.getpid()}", 16 << 20)
    if group is None:
        print("   no control group may be made here: a kill for memory is not tried")
        return
    try:
        enter = f'[ "$SLURM_ARRAY_TASK_ID" != 2 ] || [ -e forgiven ] || echo $$ > {group.path}/cgroup.procs'
        slurm(folder, "segment", "scan.raw", "--output", "small.labels.zarr", "--memory", "300M",
              "--no-picture", "--tile", 64, "--probabilities", "fibre", "--setup", enter, parts=4)
        expect(cluster.wait(), "a chain with too little memory still waits")
        status = tool(folder, "slurm", "status", "small.labels.zarr.slurm", code=1)
        expect("memory" in status.stdout and "--mem" in status.stdout,
               f"a part that the system killed for its memory is told apart: {status.stdout}")
        expect(not (folder / "small.labels.zarr/zarr.json").exists(),
               "a chain that was killed looks finished")
        (folder / "forgiven").touch()
        tool(folder, "slurm", "resubmit", "small.labels.zarr.slurm")
        ended_well(cluster, folder, "small.labels.zarr.slurm", "after the system's kill for memory")
        same(folder, "small.labels.zarr", "one.labels.zarr", "the rest after a kill for memory")
    finally:
        for _ in range(50):
            try:
                group.path.rmdir()
                break
            except OSError:
                time.sleep(0.1)


TORN = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int rename(const char *from, const char *to) {
  int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
  const char *how = getenv("TORN");
  if (how == NULL) return real(from, to);
  if (strcmp(how, "refused") == 0) { errno = EPERM; return -1; }
  unlink(to);
  usleep(2000);
  return real(from, to);
}
"""


def torn_renames(folder):
    """The doctor on a file system that does not rename, or not at once."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        print("   no C compiler: file systems that do not rename are not tried")
        return
    (folder / "torn.c").write_text(TORN)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", folder / "torn.so", folder / "torn.c", "-ldl"],
                   check=True)
    for how, said in [("refused", "rename"), ("slow", "away")]:
        answer = subprocess.run([TOOL, "slurm", "doctor", "."], cwd=folder, capture_output=True, text=True,
                                env={**os.environ, "LD_PRELOAD": str(folder / "torn.so"), "TORN": how})
        wrong = [line for line in answer.stdout.splitlines() if "WRONG" in line and said in line]
        expect(answer.returncode == 1 and wrong, f"renames that are {how}: {answer.stdout}")
    refused = subprocess.run([TOOL, "convert", "scan.raw", "torn.zarr", "--part", "1/4"], cwd=folder,
                             capture_output=True, text=True,
                             env={**os.environ, "LD_PRELOAD": str(folder / "torn.so"), "TORN": "refused"})
    expect(refused.returncode != 0 and "rename" in refused.stderr,
           f"a part where nothing can be renamed: {refused.stderr}")


with tempfile.TemporaryDirectory(prefix="t2s-slurm-") as name:
    root = Path(name)
    (root / "slurm").mkdir()
    work = root / "work"
    work.mkdir()
    cluster = Slurm(root / "slurm")
    try:
        tool(work, "phantom", "scan.raw", "--shape", "300x160x144", "--seed", "3")
        chains(cluster, work)
        for number in range(KILLS):
            disturbed(cluster, work, number)
        bad_clusters(cluster, work)
    finally:
        subprocess.run(["scancel", "--user=root"], capture_output=True)
        cluster.stop()

print(f"{checked} checks, {len(failures)} failed")
for failure in failures[:20]:
    print("  " + failure)
sys.exit(1 if failures else 0)
