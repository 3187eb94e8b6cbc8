#!/bin/sh
# redis-server, and redis-cli with commands on its standard input.
#
#	redis.sh server|client HOST PORT
#
# The commands set what they read, so any number of clients may share a server.
set -eu
host=$2 port=$3
case $1 in
server)
	# Without COMMAND, redis-cli does not begin with a request for 170 KB of help.
	exec redis-server --bind "$host" --port "$port" --save '' --appendonly no --daemonize no --rename-command COMMAND ''
	;;
client)
	{
		echo "SET big $(seq -s ' ' 1 2000 | cut -c 1-5000 | tr ' ' _)"
		printf '%s\n' 'STRLEN big' 'GET big' 'SET zh 你好' 'STRLEN zh' 'MGET zh big zh missing'
		printf '%s\n' 'SET lines "one\r\n$3\r\ntwo\r\n"' 'GET lines' 'SET nothing ""' 'GET nothing' 'ECHO last'
	} | redis-cli -h "$host" -p "$port" --raw
	# The same at once: --pipe writes what it is given, and reads as answers come.
	# It says how many came, and a wrong one is an error.
	awk 'BEGIN {
		for (i = 1; i <= 200; i++) {
			value = sprintf("%*d", i % 97, i)
			printf "*3\r\n$3\r\nSET\r\n$%d\r\nkey%d\r\n$%d\r\n%s\r\n", length("key" i), i, length(value), value
		}
	}' | redis-cli -h "$host" -p "$port" --pipe
	redis-cli -h "$host" -p "$port" MGET key1 key96 key200
	;;
esac
