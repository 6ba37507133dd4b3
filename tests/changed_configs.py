"""A config with one value changed, or left out."""

import copy

LEFT_OUT = object()
"""In the place of a value: the key is not there."""


def changed(config, *path, to=LEFT_OUT):
    """Return a copy of a config with the value at `path` changed, or without it."""
    config = copy.deepcopy(config)
    place = config
    for key in path[:-1]:
        place = place[key]
    if to is LEFT_OUT:
        del place[path[-1]]
    else:
        place[path[-1]] = to
    return config
