export const USAGE = `rocketmq-ts-store: looks into the directory of a RocketMQ store, ours or an official broker's, and writes nothing

  rocketmq-ts-store DIR [files]          every file, and how the store was left
  rocketmq-ts-store DIR topics           topics and queues: offsets, messages, bytes
  rocketmq-ts-store DIR groups           what groups have committed, and how far they are behind
  rocketmq-ts-store DIR records          messages, in the order in which they were stored
  rocketmq-ts-store DIR record           one message with all its fields: --offset, --topic --queue --offset, or --id
  rocketmq-ts-store DIR find             the newest messages with a --key, --tag or --id
  rocketmq-ts-store DIR verify           every checksum, queues and index against the log, documents

A broker may be at work on the store meanwhile.

Which messages
  --topic NAME           of records, record and find
  --queue ID             of the topic: records come in queue order then
  --from PLACE           of records and find: the first one. A whole number is an offset, of the queue with --queue,
  --to PLACE             else of the commit log; anything else a store time, as 2026-11-21, 2026-11-21T18:30 (UTC), or @
                         and milliseconds. --to itself is not included
  --offset N             of record: commit log offset, or with --topic and --queue offset of the queue
  --key KEY              of find: one of the keys of the message
  --tag TAG              of find: its tag. Reads the log: not every index has tags
  --id ID                of find and record: unique key, or offset message id
  --limit N              of records (100) and find (64): at most so many

What is shown
  --body                 bodies and properties too; without it nothing that is in a message but its ids, keys and tags
  --max-body-bytes N     of each body (1024)
  --json                 one JSON object per line, for programs; its members are in the README of @rocketmq-ts/store

The store
  --index-slots N        maxHashSlotNum and maxIndexNum of the broker: only needed where there are not four entries for
  --index-entries N      each slot (5000000, 20000000)

  --help
  --version

Exit codes: 0 all was shown, and is sound; 1 verify found something wrong, nothing was found, or damaged messages were
left out; 2 it could not start or read (said on standard error).

Examples
  rocketmq-ts-store ~/store records --topic orders --queue 0 --from 120 --limit 10 --body
  rocketmq-ts-store ~/store find --key o-4711 --topic orders --json | jq .physicalOffset
  rocketmq-ts-store ~/store verify && echo sound`
