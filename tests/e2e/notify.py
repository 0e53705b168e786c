"""Listens as a service manager does: notify.py PATH SECONDS > what came, a datagram a line, with its time.

A path that begins with "@" is one of the abstract namespace.
"""
import os
import socket
import sys
import time

path, seconds = sys.argv[1], float(sys.argv[2])
listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
listener.bind("\0" + path[1:] if path[0] == "@" else path)
print("listening", flush=True)
until = time.monotonic() + seconds
while (left := until - time.monotonic()) > 0:
    listener.settimeout(left)
    try:
        text = listener.recv(65536).decode()
    except TimeoutError:
        break
    print(f"{time.monotonic():.3f}", text.replace("\n", " "), flush=True)
    if "STOPPING=1" in text:
        break
