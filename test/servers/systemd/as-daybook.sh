#!/bin/sh
# Inside the box: a command line of Daybook by the service's user, beside the running service.
exec setpriv --reuid=daybook --regid=daybook --clear-groups env STATE_DIRECTORY=/var/lib/daybook /usr/bin/daybook "$@"
