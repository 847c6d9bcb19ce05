import { cellsOf, isWanted } from '../options'
import { type Cell, cellName, type PullRow, pullRows, type ServerKind } from '../rows'
import { attempt, type Bench, pairBetween, pairOf, rest, thousands } from './bench'

const FILL_SECONDS = 60

/** All rows that pull. Topics are filled just before: our store in memory keeps what came last. */
export async function runPulls(bench: Bench): Promise<void> {
  const rows = pullRows.filter((row) => isWanted(bench.options, row))
  const { rounds, restMs } = bench.options.plan
  const filled = new Map<string, number>()
  for (const row of rows) {
    for (const cell of cellsOf(bench.options, row)) {
      await attempt(bench, row, `topic and warm-up of ${row.id}:${cellName(cell)}`, () => prepare(bench, row, cell, filled))
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const row of round % 2 === 1 ? rows : rows.toReversed()) {
      for (const cell of cellsOf(bench.options, row)) {
        if (bench.results.problem(row) !== undefined) continue
        await rest(restMs)
        const what = `round ${round}/${rounds} ${row.id}:${cellName(cell)}`
        await attempt(bench, row, what, () => measure(bench, row, cell, filled.get(fillKey(row.server, cell)) ?? 0))
      }
    }
  }
}

async function prepare(bench: Bench, row: PullRow, cell: Cell, filled: Map<string, number>): Promise<string> {
  const key = fillKey(row.server, cell)
  const messages = filled.get(key) ?? (await fill(bench, row.server, cell))
  filled.set(key, messages)
  const { javaWarmUpSeconds, nodeWarmUpSeconds } = bench.options.plan
  const seconds = row.client === 'java' || row.server === 'official' ? javaWarmUpSeconds / 3 : nodeWarmUpSeconds
  await (await pairOf(bench, row)).load('pull', { topic: topicOf(cell), messages, seconds })
  return `${messages} messages, ${seconds} s`
}

/** Fills a topic with our client. Resolves with what is stored, which is more than was sent when a send was repeated. */
async function fill(bench: Bench, server: ServerKind, cell: Cell): Promise<number> {
  const pair = await pairBetween(bench, 'ours', server)
  const topic = topicOf(cell)
  await bench.admin.createTopic(pair.server, topic)
  const most = bench.options.plan.pulledMessages
  const load = await pair.load('send', { topic, bytes: cell.bytes, inFlight: 64, seconds: FILL_SECONDS, most })
  if (load.messages !== most) throw new Error(`${load.messages} of ${most} messages could be sent: ${load.firstError ?? 'too slow'}`)
  return bench.admin.storedAtLeast(pair.server, topic, most)
}

async function measure(bench: Bench, row: PullRow, cell: Cell, messages: number): Promise<string> {
  const pair = await pairOf(bench, row)
  const measured = await pair.measure('pull', { topic: topicOf(cell), messages, seconds: bench.options.plan.seconds })
  if (measured.failed > 0) throw new Error(`${measured.failed} pulls failed: ${measured.firstError}`)
  bench.results.add(row, cell, measured)
  return thousands(measured.perSecond)
}

function topicOf(cell: Cell): string {
  return `bench-pulled-${cell.bytes}`
}

function fillKey(server: ServerKind, cell: Cell): string {
  return `${server} ${topicOf(cell)}`
}
