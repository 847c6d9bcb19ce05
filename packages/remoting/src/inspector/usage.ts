export const USAGE = `rocketmq-ts-wire: shows what RocketMQ clients and servers say to each other

  rocketmq-ts-wire [options] FILE        reads a capture; - is standard input
  rocketmq-ts-wire [options] --listen [HOST:]PORT [--to HOST:PORT]
                                         listens, forwards every connection, and shows what goes by

Forwarding
  --listen [HOST:]PORT   where clients connect to instead, port 0 for any (host 127.0.0.1)
  --to HOST:PORT         the nameserver or broker that it leads to (127.0.0.1:9876)
  --follow-brokers       listen for every broker too that the nameserver names, and name these ports to the client in
                         their place: without it only what goes to the nameserver is seen. Needs no change but
                         the nameserver address of the client

Captures
  --format FORMAT        raw (the bytes of a TCP stream), hex (digits, or the text of tshark -q -z follow,tcp,raw,0),
                         or auto: by how it begins (auto)
  --direction WAY        both (told apart by each frame), to-server, or to-client (both)

What is shown
  --filter TERM[,TERM]   only requests for which a term fits, and their answers: a name (PULL_MESSAGE, SEND_*), a code (11),
                         topic=NAME, group=NAME; * stands for anything. Given again, each must fit
  --bodies HOW           none, summary (counts, ids, tags, sizes, routes, groups; never what is in a message), or full (summary)
  --max-body-bytes N     of each body or message that is printed (1024)
  --max-messages N       of one frame told one by one, the others are counted (32)
  --max-frame-bytes N    longer frames are taken for broken (16777216)
  --redact NAME[,NAME]   also hide header fields, message properties and body members of these names
  --show-secrets         do not hide access keys, signatures, security tokens and passwords
  --json                 one JSON object per line, for programs; its members are in the README of @rocketmq-ts/remoting

  --help
  --version

Lines begin with the time of day (UTC), or in a capture with the byte at which the frame begins, then #connection, and
→ to the server or ← to the client. Colours: only on a terminal, and not when NO_COLOR is set.

Exit codes: 0 all was shown, 1 it could not start or read (said on standard error), 2 some bytes of the capture were
no whole frames.

Examples
  rocketmq-ts-wire --listen 19876 --follow-brokers       then connect the client to 127.0.0.1:19876
  rocketmq-ts-wire --filter 'topic=orders' --bodies full capture.bin
  tshark -r all.pcapng -q -z follow,tcp,raw,0 | rocketmq-ts-wire --json - | jq 'select(.type == "answer" and .code != 0)'`
