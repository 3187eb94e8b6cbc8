#!/bin/sh
# nginx, and curl with several URLs on one connection.
#
#	nginx.sh server|client HOST PORT
#
# The server keeps what it serves, its configuration and its pid in a folder of
# its own, which goes when it goes.
set -eu
host=$2 port=$3
case $1 in
server)
	dir=$(mktemp -d)
	trap 'rm -rf "$dir"' EXIT
	trap 'kill "$nginx"; wait "$nginx"; exit 0' TERM INT
	seq 1 2000 >"$dir/numbers"
	printf '你好\n' >"$dir/zh"
	: >"$dir/nothing"
	cat >"$dir/conf" <<-END
		daemon off;
		master_process off; # one process, as the user that starts it
		pid $dir/pid;
		error_log stderr;
		events {}
		http {
			access_log off;
			default_type text/plain;
			gzip on; # of unknown size: in chunks
			client_body_temp_path $dir/body;
			proxy_temp_path $dir/proxy;
			fastcgi_temp_path $dir/fastcgi;
			uwsgi_temp_path $dir/uwsgi;
			scgi_temp_path $dir/scgi;
			server {
				listen $host:$port;
				root $dir;
			}
		}
	END
	nginx -p "$dir" -e stderr -c "$dir/conf" &
	nginx=$!
	wait "$nginx"
	;;
client)
	url=http://$host:$port
	# -w says how many connections each URL took: 1, and then 0.
	curl -q --noproxy '*' -sSf -w '%{http_code} %{num_connects}\n' "$url/numbers" "$url/zh" "$url/nothing" "$url/numbers"
	curl -q --noproxy '*' -sSf -w '%{http_code} %{num_connects}\n' --compressed "$url/numbers" "$url/zh" "$url/numbers"
	;;
esac
