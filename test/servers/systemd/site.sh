#!/bin/sh
# Inside the box, after the package: a simulated tenant, its configuration and secret, and a drop-in, as an operator writes them.
set -eu

cat >/etc/systemd/system/simulator.service <<'TEXT'
[Service]
ExecStart=/usr/bin/daybook simulate --port 8080 --events 48 --json
TEXT
systemctl daemon-reload
systemctl start simulator
tenant=
until [ -n "$tenant" ]; do
  sleep .2
  tenant=$(journalctl -u simulator -o cat | sed -n 's/.*"tenant_id":"\([^"]*\)".*/\1/p')
done

[ -e /etc/daybook/daybook.yaml ] || daybook config init /etc/daybook/daybook.yaml
cat >/etc/daybook/daybook.yaml <<TEXT
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
TEXT
(umask 077 && printf simulated-token >/etc/daybook/contoso.token)
install -d -o daybook -g daybook -m 750 /srv/daybook

# The times are short so that the test need not wait.
install -d /etc/systemd/system/daybook.service.d
cat >/etc/systemd/system/daybook.service.d/site.conf <<'TEXT'
[Service]
LoadCredential=contoso-token:/etc/daybook/contoso.token
WatchdogSec=4s
TimeoutAbortSec=2s
RestartSec=200ms
TEXT
systemctl daemon-reload
