#!/bin/sh
# Inside the box: installs Daybook by hand, as docs/OPERATIONS.md says, and starts a simulated tenant for it.
set -eu

cat >/usr/bin/daybook <<'END'
#!/bin/sh
exec /usr/local/bin/node /usr/lib/daybook/dist/src/main.js "$@"
END
chmod 755 /usr/bin/daybook

install -D -m 644 /opt/systemd/daybook.sysusers /usr/lib/sysusers.d/daybook.conf
systemd-sysusers
install -m 644 /opt/systemd/daybook.service /etc/systemd/system/daybook.service
install -d -o daybook -g daybook -m 750 /srv/daybook
install -d -m 755 /etc/daybook
(umask 077 && printf simulated-token >/etc/daybook/token)

cat >/etc/systemd/system/simulator.service <<'END'
[Service]
ExecStart=/usr/bin/daybook simulate --port 8080 --events 48 --json
END
systemctl daemon-reload
systemctl start simulator
tenant=$(journalctl -u simulator -o cat | sed -n 's/.*"tenantId":"\([^"]*\)".*/\1/p')
until [ -n "$tenant" ]; do
  sleep .2
  tenant=$(journalctl -u simulator -o cat | sed -n 's/.*"tenantId":"\([^"]*\)".*/\1/p')
done

cat >/etc/daybook/daybook.yaml <<END
tenants:
  contoso:
    tenantId: $tenant
    cloud: custom
    endpoints: { api: http://127.0.0.1:8080/ }
    auth: { method: token, token: { credential: contoso-token } }
    requestsPerHour: 200
collect: { horizon: 4d, readAfter: [26h] }
sinks:
  vault: { use: local-files, path: /srv/daybook }
END

# What an operator would write, and shorter times, so that the test need not wait.
install -d /etc/systemd/system/daybook.service.d
cat >/etc/systemd/system/daybook.service.d/site.conf <<'END'
[Service]
LoadCredential=contoso-token:/etc/daybook/token
ReadWritePaths=/srv/daybook
WatchdogSec=4s
TimeoutAbortSec=2s
RestartSec=200ms
END
systemctl daemon-reload
