#!/usr/bin/env bash
# Prepares a tenant for Daybook with the Azure CLI: an application, its service principal, a security group with it as the only
# member, and a certificate or a federated credential with which it signs in. What is already there is left as it is, so that a
# second run changes nothing.
#
#   scripts/entra-setup.sh [--dry-run] [OPTION VALUE ..]
#     --dry-run                  asks what is there, and prints the commands that would change something
#     --name NAME                of application and group                  (default: daybook)
#     --certificate FILE         a PEM certificate to add as a credential; its private key stays where it is
#     --federated ISSUER SUBJECT a workload identity, such as https://ISSUER system:serviceaccount:daybook:daybook
#
# Needs `az login` by somebody who may register applications and make groups. No client secret is made: `az` would print it.
# The application gets no permission of the Power BI service: with one that needs an administrator's consent, the API refuses
# every request. The last step, a tenant setting, has no command; the script prints what to do.
set -euo pipefail

usage() {
  sed -n '2,/^set -/{/^set -/d; s/^# \{0,1\}//; p}' "$0"
}

name=daybook dry_run=false certificate='' issuer='' subject=''
while [ $# -gt 0 ]; do
  case $1 in
  --dry-run) dry_run=true && shift ;;
  --name) name=${2:?--name: expected a name} && shift 2 ;;
  --certificate) certificate=${2:?--certificate: expected a file} && shift 2 ;;
  --federated)
    issuer=${2:?--federated: expected an issuer} subject=${3:?--federated: expected a subject}
    shift 3
    ;;
  --help) usage && exit 0 ;;
  *)
    printf 'unknown option: %s\n\n' "$1" >&2
    usage >&2
    exit 64
    ;;
  esac
done
if [ -n "$certificate" ] && [ ! -r "$certificate" ]; then
  echo "--certificate: expected a file that can be read, found none at $certificate" >&2
  exit 66
fi
if [ -n "$certificate" ] && grep -q 'PRIVATE KEY' "$certificate"; then
  echo "--certificate: expected the certificate alone, found a private key in $certificate" >&2
  exit 65
fi
if ! command -v az >/dev/null; then
  echo "az: expected the Azure CLI, found none: https://learn.microsoft.com/cli/azure/install-azure-cli" >&2
  exit 69
fi

# A name in a filter of OData: an apostrophe is doubled.
quoted=${name//\'/\'\'}

# The one id that a query gives, or nothing. Two are an error: the script does not choose.
only() {
  what=$1
  shift
  ids=$("$@" --output tsv)
  if [ "$(printf '%s' "$ids" | grep -c .)" -gt 1 ]; then
    echo "$what \"$name\": expected one at most, found several; give another --name" >&2
    exit 65
  fi
  printf '%s' "$ids"
}

# Runs a command that changes the tenant and prints its answer, or prints the command and, as the answer, a place for the id.
change() {
  if $dry_run; then
    printf 'would run:' >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
    printf '%s' '<new>'
  else
    "$@" --output tsv
  fi
}

say() {
  printf '%-22s %s\n' "$1" "$2"
}

tenant=$(az account show --query tenantId --output tsv)
say 'tenant id' "$tenant"

client=$(only application az ad app list --filter "displayName eq '$quoted'" --query '[].appId')
if [ -z "$client" ]; then
  client=$(change az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId)
fi
say 'client id' "$client"

# What a dry run would have made has nothing that could be asked for.
is_new() { [ "$1" = '<new>' ]; }

principal=''
is_new "$client" || principal=$(only 'service principal' az ad sp list --filter "appId eq '$client'" --query '[].id')
if [ -z "$principal" ]; then
  principal=$(change az ad sp create --id "$client" --query id)
fi
say 'service principal' "$principal"

group=$(only group az ad group list --filter "displayName eq '$quoted'" --query '[].id')
if [ -z "$group" ]; then
  group=$(change az ad group create --display-name "$name" --mail-nickname "${name//[^A-Za-z0-9]/}" --query id)
fi
say 'security group' "$group"

is_member=false
if ! is_new "$group" && ! is_new "$principal"; then
  is_member=$(az ad group member check --group "$group" --member-id "$principal" --query value --output tsv)
fi
if [ "$is_member" != true ]; then
  change az ad group member add --group "$group" --member-id "$principal" >/dev/null
fi

if [ -n "$certificate" ]; then
  # The SHA-1 of the certificate: the portal shows it in hex, Microsoft Graph in hex or in base64.
  thumbprint=$(openssl x509 -in "$certificate" -noout -fingerprint -sha1 | sed 's/.*=//; s/://g')
  base64=$(openssl x509 -in "$certificate" -outform der | openssl dgst -sha1 -binary | base64)
  known=''
  is_new "$client" ||
    known=$(az ad app credential list --id "$client" --cert --query '[].customKeyIdentifier' --output tsv)
  if ! printf '%s\n' "$known" | grep -qxF -e "$thumbprint" -e "$base64"; then
    # --append: without it every other credential of the application is removed.
    change az ad app credential reset --id "$client" --append --cert "@$certificate" --query appId >/dev/null
  fi
  say 'certificate' "$thumbprint"
fi

if [ -n "$issuer" ]; then
  known=''
  is_new "$client" ||
    known=$(az ad app federated-credential list --id "$client" --query '[].[issuer, subject]' --output tsv)
  if ! printf '%s\n' "$known" | grep -qxF "$(printf '%s\t%s' "$issuer" "$subject")"; then
    # The name is unique in the application: the hash of what it stands for.
    credential=daybook-$(printf '%s %s' "$issuer" "$subject" | sha256sum | cut -c1-12)
    parameters=$(printf '{"name":"%s","issuer":"%s","subject":"%s","audiences":["api://AzureADTokenExchange"]}' \
      "$credential" "$issuer" "$subject")
    change az ad app federated-credential create --id "$client" --parameters "$parameters" --query id >/dev/null
  fi
  say 'federated credential' "$subject"
fi

cat <<TEXT

Left to do, by a Fabric administrator: in the admin portal of Fabric, under Tenant settings, Admin API settings, switch on
"Service principals can access read-only admin APIs" for the group "$name". It takes up to 15 minutes.
Then: daybook setup --tenant-id $tenant --client-id $client
TEXT
