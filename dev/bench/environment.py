"""The rivals' own Python: a virtual environment in the user's cache, outside the checkout."""

import hashlib
import os
import subprocess
import sys
import venv

# Pinned, so that two runs compare the same engines; raise them on purpose.
PACKAGES = ("duckdb==2.0.0", "polars==2.1.0")


class NoRivals(Exception):
    """The environment could not be made."""


def cache():
    """Where the benchmark keeps what it made."""
    user = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(user, "custodes-bench")


def python():
    """The interpreter of the environment, which is made when it is not there yet."""
    named = hashlib.sha256(" ".join((sys.version.split()[0], *PACKAGES)).encode()).hexdigest()[:12]
    folder = os.path.join(cache(), named)
    interpreter, whole = os.path.join(folder, "bin", "python"), os.path.join(folder, "whole")
    if os.path.exists(whole):
        return interpreter
    print(f"installing {', '.join(PACKAGES)} in {folder}", file=sys.stderr)
    try:
        venv.create(folder, with_pip=True, clear=True)
        subprocess.run([interpreter, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES], check=True)
    except (OSError, subprocess.CalledProcessError) as problem:
        raise NoRivals(f"cannot install {', '.join(PACKAGES)}: {problem}") from None
    open(whole, "w").close()
    return interpreter
