"""Mounts a file system (fuse(4)) whose server never answers, runs a command, and takes it away again.

usage: hung_mount.py DIR COMMAND...    needs root, /dev/fuse and a mount namespace of its own
"""
import ctypes
import os
import subprocess
import sys

MNT_FORCE, MNT_DETACH = 1, 2


def main():
    folder, command = sys.argv[1], sys.argv[2:]
    libc = ctypes.CDLL(None, use_errno=True)
    fuse = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={fuse},rootmode=40000,user_id=0,group_id=0".encode()
    if libc.mount(b"hung", folder.encode(), b"fuse.hung", 0, options) != 0:
        sys.exit(f"cannot mount: {os.strerror(ctypes.get_errno())}")
    try:
        status = subprocess.run(command, timeout=120).returncode
    finally:
        os.close(fuse)  # ends the connection: whoever waits gets an error
        libc.umount2(folder.encode(), MNT_FORCE | MNT_DETACH)
    sys.exit(status)


main()
