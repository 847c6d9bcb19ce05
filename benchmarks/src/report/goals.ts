import type { Measured } from '../measure/measured'
import type { Results } from '../measure/results'
import { median, ratio } from '../stats/median'
import { figure } from './format'

/** One goal of this house, held against what this run measured. */
export interface Goal {
  readonly id: string
  readonly what: string
  readonly goal: string
  readonly measured: string
  readonly verdict: 'met' | 'not met' | 'not measured'
}

type Figure = (one: Measured) => number | undefined
type Value = (results: Results) => number | undefined

interface Rule {
  readonly id: string
  readonly what: string
  readonly value: Value
  readonly atLeast?: number
  readonly atMost?: number
}

const perSecond: Figure = (one) => one.perSecond
const p50: Figure = (one) => one.p50Micros
const clientCpu: Figure = (one) => one.clientCpu
const serverCpu: Figure = (one) => one.serverCpu
const logWrites: Figure = (one) => one.logWrites
const socketWrites: Figure = ({ clientWrites, serverWrites }) =>
  clientWrites === undefined || serverWrites === undefined ? undefined : clientWrites.perMessage + serverWrites.perMessage

/** A figure of one cell over the same figure of another. */
const over = (what: Figure, row: string, cell: string, otherRow: string, otherCell = cell): Value => {
  return (results) => ratio(results.figure(row, cell, what), results.figure(otherRow, otherCell, what))
}

/** A figure of a start over the same figure of the official broker's. */
const overOfficial = (what: (results: Results, row: string) => number | undefined, row: string): Value => {
  return (results) => ratio(what(results, row), what(results, 'start-official'))
}

const of =
  (what: Figure, row: string, cell: string): Value =>
  (results) =>
    results.figure(row, cell, what)

const rules: readonly Rule[] = [
  { id: 'G1 *', what: 'sends/s ÷ raw echo, 64 in flight', value: over(perSecond, 'ours-ours', '1024x64', 'echo'), atLeast: 0.25 },
  { id: 'G1 *', what: 'sends/s ÷ raw echo, 256 in flight', value: over(perSecond, 'ours-ours', '1024x256', 'echo'), atLeast: 0.14 },
  { id: 'G2 *', what: 'p50 ÷ raw echo, 1 in flight', value: over(p50, 'ours-ours', '1024x1', 'echo'), atMost: 1.4 },
  {
    id: 'G9 *',
    what: 'pulls of 32 ÷ sends, 256 in flight',
    value: over(perSecond, 'pull-ours-ours', '1024x32', 'ours-ours', '1024x256'),
    atLeast: 1.5
  },
  { id: 'budget *', what: 'client CPU µs per send, 256 in flight', value: of(clientCpu, 'ours-ours', '1024x256'), atMost: 1.8 },
  { id: 'budget *', what: 'broker CPU µs per send, 256 in flight', value: of(serverCpu, 'ours-ours', '1024x256'), atMost: 2.5 },
  {
    id: 'writes *',
    what: 'socket writes per send, both sides, 256 in flight',
    value: of(socketWrites, 'ours-ours', '1024x256'),
    atMost: 0.05
  },
  { id: 'writes *', what: 'log writes per send, 256 in flight', value: of(logWrites, 'ours-ours', '1024x256'), atMost: 0.05 },
  {
    id: 'J1',
    what: 'client CPU ÷ Java async, official broker, 256',
    value: over(clientCpu, 'ours-official', '1024x256', 'java-async-official'),
    atMost: 0.8
  },
  {
    id: 'J1',
    what: 'client CPU ÷ Java threads, official broker, 64',
    value: over(clientCpu, 'ours-official', '1024x64', 'java-sync-official'),
    atMost: 0.5
  },
  {
    id: 'J2',
    what: 'sends/s ÷ Java threads, official broker, 64',
    value: over(perSecond, 'ours-official', '1024x64', 'java-sync-official'),
    atLeast: 1.2
  },
  {
    id: 'J2',
    what: 'sends/s ÷ Java async, official broker, 256',
    value: over(perSecond, 'ours-official', '1024x256', 'java-async-official'),
    atLeast: 0.95
  },
  {
    id: 'J3',
    what: 'pulled/s ÷ Java client, official broker',
    value: over(perSecond, 'pull-ours-official', '1024x32', 'pull-java-official'),
    atLeast: 1.5
  },
  {
    id: 'J4',
    what: 'p50 ÷ Java client, official broker, 1 in flight',
    value: over(p50, 'ours-official', '1024x1', 'java-sync-official'),
    atMost: 0.9
  },
  {
    id: 'J5',
    what: 'sends/s ÷ ali-ons, official broker, 64',
    value: over(perSecond, 'ours-official', '1024x64', 'ali-ons-official'),
    atLeast: 1.3
  },
  {
    id: 'J5',
    what: 'client CPU ÷ ali-ons, official broker, 64',
    value: over(clientCpu, 'ours-official', '1024x64', 'ali-ons-official'),
    atMost: 0.5
  },
  { id: 'J6 *', what: 'sends/s ÷ ali-ons, our broker, 64', value: over(perSecond, 'ours-ours', '1024x64', 'ali-ons-ours'), atLeast: 4 },
  {
    id: 'J7 *',
    what: 'broker CPU ÷ official, Java threads, 64',
    value: over(serverCpu, 'java-sync-ours', '1024x64', 'java-sync-official'),
    atMost: 0.6
  },
  {
    id: 'J7 *',
    what: 'broker CPU ÷ official, Java async, 256',
    value: over(serverCpu, 'java-async-ours', '1024x256', 'java-async-official'),
    atMost: 0.6
  },
  {
    id: 'J8 *',
    what: 'sends/s of our pair ÷ Java pair (async), 256',
    value: over(perSecond, 'ours-ours', '1024x256', 'java-async-official'),
    atLeast: 5
  },
  {
    id: 'J8',
    what: 'sends/s of our pair on disk ÷ Java pair (async), ASYNC_FLUSH, 256',
    value: over(perSecond, 'ours-disk', '1024x256', 'java-async-official'),
    atLeast: 3
  },
  {
    id: 'G8',
    what: 'SYNC ÷ ASYNC on disk, 256 waiting senders',
    value: over(perSecond, 'ours-disk-sync', '1024x256', 'ours-disk'),
    atLeast: 0.4
  },
  {
    id: 'G8',
    what: 'SYNC ÷ ASYNC on disk, 1000 waiting senders',
    value: over(perSecond, 'ours-disk-sync', '1024x1000', 'ours-disk'),
    atLeast: 0.6
  },
  { id: 'writes', what: 'log writes per send on disk, 256 in flight', value: of(logWrites, 'ours-disk', '1024x256'), atMost: 0.05 },
  {
    id: 'J9 *',
    what: 'broker CPU per pulled message ÷ official, Java client',
    value: over(serverCpu, 'pull-java-ours', '1024x32', 'pull-java-official'),
    atMost: 0.8
  },
  {
    id: 'J10 *',
    what: 'start to listening ÷ official',
    value: overOfficial(startOf, 'start-ours'),
    atMost: 0.15
  },
  {
    id: 'J10 *',
    what: 'memory at rest ÷ official',
    value: overOfficial(memoryOf, 'start-ours'),
    atMost: 0.4
  },
  {
    id: 'J10',
    what: 'start to listening on disk ÷ official',
    value: overOfficial(startOf, 'start-ours-disk'),
    atMost: 0.15
  },
  {
    id: 'J10',
    what: 'memory at rest on disk ÷ official',
    value: overOfficial(memoryOf, 'start-ours-disk'),
    atMost: 0.4
  },
  { id: 'kit', what: 'median start of `startCluster`, ms', value: (results) => median(results.cluster?.startMs ?? []), atMost: 50 }
]

/** Every goal with its verdict. Nothing fails because a figure is slow. */
export function goalsOf(results: Results): readonly Goal[] {
  return rules.map((rule) => {
    const value = rule.value(results)
    return { id: rule.id, what: rule.what, goal: goalText(rule), measured: figure(value), verdict: verdictOf(rule, value) }
  })
}

function goalText({ atLeast, atMost }: Rule): string {
  return atLeast === undefined ? `≤ ${atMost}` : `≥ ${atLeast}`
}

function verdictOf({ atLeast, atMost }: Rule, value: number | undefined): Goal['verdict'] {
  if (value === undefined) return 'not measured'
  return value >= (atLeast ?? Number.NEGATIVE_INFINITY) && value <= (atMost ?? Number.POSITIVE_INFINITY) ? 'met' : 'not met'
}

function startOf(results: Results, row: string): number | undefined {
  return median(results.starts.get(row)?.startMs ?? [])
}

function memoryOf(results: Results, row: string): number | undefined {
  return results.starts.get(row)?.residentBytes
}
