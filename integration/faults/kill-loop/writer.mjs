// A process that opens a store, looks whether all is there that the processes before it were promised, then writes until it is killed.
// Arguments: directory, flush mode, file of acknowledgements, number of this process, first process whose messages are looked at,
// `write` or `close` (look, and end in good order). Prints a line when it begins to open the store, and one of JSON when it has looked.
import { createHash } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises'
import { decodeRecord, encodeProperties } from '@rocketmq-ts/remoting/wire'
import { DiskMessageStore, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'

const [directory, flush, ackFile, ...numbers] = process.argv.slice(2)
const [self, firstChecked] = numbers.map(Number)
const shallClose = numbers[2] === 'close'

const TOPIC = 'kill-loop'
const QUEUES = 8
/** Files so small that each process begins several new ones, and is now and then killed while it does. */
const FILES = {
  commitLogFileBytes: 128 * 1024,
  consumeQueueFileEntries: 100,
  indexSlots: 500,
  indexEntries: 1000,
  zeroAheadBytes: 32 * 1024
}

const store = new DiskMessageStore({ directory, flush, files: nodeStoreFiles, clock: realClock, queueFlushIntervalMs: 50, ...FILES })
print('opens the store')
const from = performance.now()
await store.start()
const startMs = performance.now() - from
print({ startMs, ...(await look()) })
if (shallClose) await store.close()
else await writeForEver()

/** What was promised and is not there, and what is there and was never written. */
async function look() {
  const acknowledged = readAcknowledged()
  const found = await readQueues(acknowledged)
  const lost = acknowledged.filter(
    ({ process: by, number, queueId, offset }) => found.places.get(`${by} ${number}`) !== `${queueId} ${offset}`
  )
  return { checked: acknowledged.length, lost: lost.length, phantoms: found.phantoms, records: found.places.size }
}

function readAcknowledged() {
  if (!existsSync(ackFile)) return []
  const lines = readFileSync(ackFile, 'utf8').split('\n').slice(0, -1)
  const all = lines.map((line) => {
    const [by, number, queueId, offset] = line.split(' ').map(Number)
    return { process: by, number, queueId, offset }
  })
  return all.filter((ack) => ack.process >= firstChecked)
}

async function readQueues(acknowledged) {
  const found = { places: new Map(), phantoms: [] }
  for (let queueId = 0; queueId < QUEUES; queueId++) {
    const offsets = acknowledged.filter((ack) => ack.queueId === queueId).map(({ offset }) => offset)
    await readQueue(queueId, Math.min(store.maxOffset(TOPIC, queueId), ...offsets), found)
  }
  return found
}

async function readQueue(queueId, start, { places, phantoms }) {
  for (let offset = start; offset < store.maxOffset(TOPIC, queueId); ) {
    const { records, status } = await store.read({ topic: TOPIC, queueId, queueOffset: offset, maxCount: 256, maxBytes: 1024 * 1024 })
    if (records.length === 0) {
      phantoms.push(`${status} at ${queueId}/${offset}`)
      return
    }
    for (const record of records.map((bytes) => decodeRecord(bytes))) {
      const [by, number] = record.body.toString('latin1', 0, 40).split(' ').map(Number)
      const name = `${by} ${number}`
      const isRight = record.queueOffset === offset && record.body.equals(bodyOf(by, number)) && !places.has(name)
      if (!isRight) phantoms.push(`${name} at ${queueId}/${record.queueOffset}, where ${offset} was to be`)
      places.set(name, `${queueId} ${record.queueOffset}`)
      offset++
    }
  }
}

/** Batches, several of them under way, each acknowledged by a line for each message once the store has committed it. */
async function writeForEver() {
  const acks = openSync(ackFile, 'a')
  for (let number = 0; ; ) {
    const count = 1 + (number % 40)
    const batch = Array.from({ length: count }, (_, index) => append(number + index))
    number += count
    store.whenCommitted((status) => {
      if (status === 'COMMITTED') writeSync(acks, batch.join(''))
      else fail(acks, status)
    })
    store.commit()
    // What one process adds is bounded: after its first messages it goes on slowly.
    await (number < 1500 ? nextTurn() : pause(5))
  }
}

/** Nothing fails here but the process: a refusal is a finding. */
function fail(acks, status) {
  closeSync(acks)
  throw new Error(`a commit ended as ${status}`)
}

/** The line of its acknowledgement. */
function append(number) {
  const queueId = number % QUEUES
  const { queueOffset } = store.append({
    ...{ topic: TOPIC, queueId, flag: 0, sysFlag: 0, bornTimestamp: Date.now(), tagsCode: 0 },
    ...{ bornHost: { host: '127.0.0.1', port: 1 }, storeHost: { host: '127.0.0.1', port: 2 } },
    ...{ reconsumeTimes: 0, preparedTransactionOffset: 0, properties: encodeProperties([['UNIQ_KEY', `${self}-${number}`]]) },
    body: bodyOf(self, number)
  })
  return `${self} ${number} ${queueId} ${queueOffset}\n`
}

/** Another one for each message, so that a record that is mixed from two is seen. */
function bodyOf(by, number) {
  const name = `${by} ${number} `
  const digest = createHash('sha256').update(name).digest()
  return Buffer.concat([Buffer.from(name), ...Array(1 + (digest[0] % 8)).fill(digest)])
}

function print(line) {
  writeSync(1, `${JSON.stringify(line)}\n`)
}
