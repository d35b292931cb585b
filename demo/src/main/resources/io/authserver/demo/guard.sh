#!/bin/sh
# usage: guard.sh DIRECTORY
#
# Cleans up after a demo that was killed. The demo holds the other end of standard input: it writes
# "done" when it has cleaned up by itself; an end of input without that word means that it is gone.
# Then its children are ended, by the process ids in their files, and its directory is removed. A
# process counts as a child only if its working directory is inside the demo's directory.
dir=$1
case $dir in
  */authserver-demo-*) ;;
  *) exit 2 ;;
esac
trap '' HUP INT TERM
cd / || exit 1

while read -r word; do
  [ "$word" = done ] && exit 0
done

# usage: signal_all SIGNAL POSTGRESQL_SIGNAL; succeeds while a child is left
signal_all() {
  left=1
  for file in "$dir"/*.pid "$dir"/postgresql/data/postmaster.pid; do
    pid=
    [ -r "$file" ] && read -r pid <"$file"
    case $pid in
      '' | *[!0-9]*) continue ;;
    esac
    case $(readlink "/proc/$pid/cwd") in
      "$dir" | "$dir"/*) ;;
      *) continue ;;
    esac
    case $file in
      */postmaster.pid) kill "-$2" "$pid" && left=0 ;;
      *) kill "-$1" "$pid" && left=0 ;;
    esac
  done
  return $left
}

{
  signal_all TERM QUIT
  tries=0
  while [ $tries -lt 50 ] && signal_all 0 0; do
    sleep 0.1
    tries=$((tries + 1))
  done
  signal_all KILL KILL
  rm -rf "$dir"
} 2>/dev/null
exit 0
