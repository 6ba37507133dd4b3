"""What the server of forks imports first, and nobody else: from then on it ends with the process that started it.

It would stay otherwise, since its forks hold the pipe whose closing tells it to end.
"""

import os

from lifetimes import end_with

SERVER = os.getpid()
end_with(os.getppid())
