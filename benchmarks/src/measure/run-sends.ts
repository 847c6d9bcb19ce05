import type { LoadResult } from '../drivers/load'
import { cellsOf, isWanted } from '../options'
import { type Cell, cellName, type SendRow, sendRows } from '../rows'
import type { ServerSide } from '../servers/server-side'
import { attempt, type Bench, pairOf, rest, thousands } from './bench'
import { WarmUp } from './warm-up'

/** All rows that send, cell by cell and in turn: what disturbs this machine for a while disturbs every row. */
export async function runSends(bench: Bench): Promise<void> {
  const rows = sendRows.filter((row) => isWanted(bench.options, row))
  const warmUp = new WarmUp(bench)
  for (const row of rows) await attempt(bench, row, `warm-up of ${row.id}`, () => prepare(bench, warmUp, row))
  const { rounds, restMs } = bench.options.plan
  for (let round = 1; round <= rounds; round++) {
    for (const cell of cellsOfAll(bench, rows)) {
      // There and back again, so that no row always comes behind the same one.
      for (const row of round % 2 === 1 ? rows : rows.toReversed()) {
        if (bench.results.problem(row) !== undefined || !cellsOf(bench.options, row).some((one) => isSame(one, cell))) continue
        await rest(restMs)
        await attempt(bench, row, `round ${round}/${rounds} ${row.id}:${cellName(cell)}`, () => measure(bench, row, cell))
      }
    }
  }
}

async function prepare(bench: Bench, warmUp: WarmUp, row: SendRow): Promise<string> {
  const seconds = await warmUp.run(row)
  if (row.server !== 'echo') await bench.admin.createTopic(await bench.stage.server(row.server), topicOf(row))
  return `${seconds} s`
}

async function measure(bench: Bench, row: SendRow, cell: Cell): Promise<string> {
  const { seconds, mostMessages } = bench.options.plan
  const pair = await pairOf(bench, row)
  const before = row.server === 'echo' ? 0 : await bench.admin.stored(pair.server, topicOf(row))
  const beyond = row.server === 'echo' ? undefined : (load: LoadResult) => storedBeyond(bench, pair.server, topicOf(row), before, load)
  const values = { topic: topicOf(row), ...cell, mode: row.mode, seconds, most: mostMessages }
  const measured = await pair.measure('send', values, beyond)
  bench.results.add(row, cell, measured)
  const failures = measured.failed === 0 ? '' : `, ${measured.failed} failed: ${measured.firstError}`
  return thousands(measured.perSecond) + failures
}

/** What was stored beyond what was acknowledged. @throws when what was acknowledged is not all there */
async function storedBeyond(bench: Bench, server: ServerSide, topic: string, before: number, load: LoadResult): Promise<number> {
  const stored = (await bench.admin.storedAtLeast(server, topic, before + load.messages)) - before
  if (stored < load.messages) throw new Error(`LOST: ${load.messages} sends were acknowledged, ${stored} are stored`)
  return stored - load.messages
}

/** Its own topic per row: what is stored in it came from that row. */
function topicOf(row: SendRow): string {
  return `bench-${row.id}`
}

function cellsOfAll(bench: Bench, rows: readonly SendRow[]): readonly Cell[] {
  const all = new Map(rows.flatMap((row) => cellsOf(bench.options, row).map((cell) => [cellName(cell), cell])))
  return [...all.values()].sort((a, b) => a.bytes - b.bytes || a.inFlight - b.inFlight)
}

function isSame(a: Cell, b: Cell): boolean {
  return cellName(a) === cellName(b)
}
