// The demonstration behind `npm start`: nameserver and broker in this process, one producer and two push consumers over real sockets.
import { parseArgs } from 'node:util'
import { connect, defineTopic, json } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'

const usage = `npm start [-- options]

  --once                    leave after the demonstration, with exit code 0
  --host HOST               address to listen on (127.0.0.1)
  --nameserver-port PORT    (9876)
  --broker-port PORT        (10911)
  --orders N                how many orders to send (5000)
  --store DIR               keep messages in this directory, in RocketMQ's own files (in memory)
  --help`

const started = Date.now()
try {
  await main(readOptions())
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : error}`)
  process.exit(1)
}

function readOptions() {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean', default: false },
      host: { type: 'string', default: '127.0.0.1' },
      'nameserver-port': { type: 'string', default: '9876' },
      'broker-port': { type: 'string', default: '10911' },
      orders: { type: 'string', default: '5000' },
      store: { type: 'string' },
      help: { type: 'boolean', default: false }
    }
  })
  if (values.help) {
    console.log(usage)
    process.exit(0)
  }
  return {
    once: values.once,
    host: values.host,
    nameserverPort: wholeNumber(values['nameserver-port'], '--nameserver-port', 65_535),
    brokerPort: wholeNumber(values['broker-port'], '--broker-port', 65_535),
    orders: wholeNumber(values.orders, '--orders', 1_000_000),
    store: values.store
  }
}

function wholeNumber(text, option, most) {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > most)
    throw new Error(`${option} must be a whole number from 0 to ${most}, not ${JSON.stringify(text)}`)
  return value
}

async function main(options) {
  const { host, nameserverPort, brokerPort, store } = options
  const server = await startServer({ host, nameserverPort, brokerPort, ...(store === undefined ? {} : { storeDirectory: store }) })
  const place = store ?? 'in memory'
  console.log(`nameserver ${server.nameserverAddress}   broker ${server.brokerAddress}   store ${place}   (${Date.now() - started} ms)`)
  await demonstrate(server, options.orders)
  if (options.once) {
    await server.close()
    return
  }
  console.log(`
Still running. From another process:

  import { connect } from '@rocketmq-ts/client'
  const mq = await connect({ nameservers: '${server.nameserverAddress}' })

or any RocketMQ client or tool of any language: nameserver address ${server.nameserverAddress}. Ctrl-C ends it.`)
  await interrupted()
  await server.close()
}

async function demonstrate(server, count) {
  const Orders = defineTopic('first-light-orders', json())
  await server.createTopic(Orders.name, { queues: 8 })
  console.log(`topic ${Orders.name} with 8 queues, one producer, two push consumers of one group`)

  const received = new Map()
  const members = []
  for (const name of ['consumer 1', 'consumer 2']) members.push(await startConsumer(server, name, Orders, received))
  await Promise.all(members.map((member) => settled(member.consumer)))

  const mq = await connect({ nameservers: server.nameserverAddress })
  const producer = mq.producer({ group: 'first-light-shop' })
  const from = performance.now()
  const progress = showProgress(() => `sent ${sent} of ${count}, received ${received.size}`)
  let sent = 0
  for (let next = 0; next < count; next += 256) {
    const burst = Array.from({ length: Math.min(256, count - next) }, (_, at) => order(next + at))
    await Promise.all(burst.map((one) => producer.send(Orders, one, { tag: 'created', keys: [one.id] }).then(() => (sent += 1))))
  }
  await until(() => received.size === count)
  progress.end()
  const seconds = (performance.now() - from) / 1000

  const twice = [...received.values()].filter((times) => times > 1).length
  console.log(`sent ${sent}, received ${received.size}, twice ${twice}, ${Math.round(count / seconds)} messages/s from send to handler`)
  for (const { name, seen, consumer } of members) console.log(`${name}: ${consumer.queues.length} of 8 queues, ${seen.count} orders`)

  await Promise.all(members.map((member) => member.mq.close({ timeoutMs: 5000 })))
  await mq.close({ timeoutMs: 5000 })
}

async function startConsumer(server, name, topic, received) {
  const mq = await connect({ nameservers: server.nameserverAddress })
  const seen = { count: 0 }
  const consumer = mq.pushConsumer({ group: 'first-light-billing', subscriptions: [{ topic }], from: 'first' }, (message) => {
    seen.count += 1
    received.set(message.value.id, (received.get(message.value.id) ?? 0) + 1)
  })
  await consumer.ready
  return { name, mq, seen, consumer }
}

/** Both members own their share: 4 queues each. */
function settled(consumer) {
  return until(() => consumer.queues.length === 4)
}

function order(number) {
  return { id: `o-${number}`, customer: `customer-${number % 97}`, total: (number * 37) % 1000 }
}

/** Rewrites one line on a terminal; elsewhere says nothing until the end. */
function showProgress(text) {
  if (!process.stdout.isTTY) return { end() {} }
  const timer = setInterval(() => process.stdout.write(`\r${text()}   `), 50)
  return {
    end() {
      clearInterval(timer)
      process.stdout.write('\r\x1b[K')
    }
  }
}

async function until(condition) {
  const deadline = Date.now() + 30_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the demonstration did not finish within 30 s')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function interrupted() {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
}
