"""Runs a command in a pseudo-terminal, changes the width of the terminal, and stops the command by a signal.

Usage: in-terminal.py COLUMNS[,COLUMNS@N]... SIGNAL@N|- COMMAND ARGUMENT...

COLUMNS@N changes the width when the command has drawn its status line N times, SIGNAL@N sends a signal then, and CLOSE@N
closes the terminal. Prints
a line of JSON for each piece of output, [COLUMNS, TEXT], and at the end [null, STATUS]: the exit code, or the negative
number of the signal that ended the command.
"""
import fcntl
import json
import os
import pty
import signal
import struct
import sys
import termios

ERASE = '\x1b[J'  # ends each drawing of the status line

widths, stop, command = sys.argv[1].split(','), sys.argv[2], sys.argv[3:]
columns = int(widths.pop(0))
events = [(int(drawings), 'columns', int(width)) for width, drawings in (each.split('@') for each in widths)]
if stop != '-':
    name, drawings = stop.split('@')
    events.append((int(drawings), 'close', 0) if name == 'CLOSE' else (int(drawings), 'signal', getattr(signal, name)))
events.sort()


def resize(fd, width):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, width, 0, 0))


child, terminal = pty.fork()
if child == 0:
    resize(0, columns)
    os.execvp(command[0], command)
drawn = 0
is_open = True
while is_open:
    try:
        output = os.read(terminal, 65536).decode('utf-8', 'replace')
    except OSError:  # the command has closed the terminal
        break
    if not output:
        break
    print(json.dumps([columns, output]), flush=True)
    drawn += output.count(ERASE)
    while events and drawn >= events[0][0]:
        _, kind, value = events.pop(0)
        if kind == 'signal':
            os.kill(child, value)
        elif kind == 'close':
            os.close(terminal)
            is_open = False
        else:
            columns = value
            resize(terminal, columns)
            print(json.dumps([columns, '']), flush=True)
_, status = os.waitpid(child, 0)
print(json.dumps([None, os.waitstatus_to_exitcode(status)]), flush=True)
