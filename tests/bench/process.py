"""What the operating system says of another process. Linux only; elsewhere it isn't measured."""

import sys
import time
from pathlib import Path

MIB = 1024**2


def processor_seconds(pid: int) -> float | None:
    """The processor time, user's and system's, of all threads of a process so far."""
    if sys.platform != "linux":
        return None
    # The clock of a process is made from its id as by clock_getcpuclockid(3); /proc counts in
    # hundredths of a second only.
    return time.clock_gettime(~pid << 3 | 2)


def resident_mib(pid: int) -> float | None:
    """The memory of a process that is in RAM now, in MiB, shared libraries included."""
    if sys.platform != "linux":
        return None
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) * 1024 / MIB
