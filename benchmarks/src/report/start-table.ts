import type { Results } from '../measure/results'
import { type BenchOptions, commandOf, isWanted } from '../options'
import { clusterRow, type Row, startRows } from '../rows'
import { median, ratio } from '../stats/median'
import { figure, mebibytes, times } from './format'
import { type Column, table } from './table'

const right = (title: string): Column => ({ title, align: 'right' })

/** Start to listening and memory at rest. */
export function startTable(options: BenchOptions, results: Results): string {
  const official = results.starts.get('start-official')
  const rows = startRows
    .filter((row) => isWanted(options, row))
    .map((row) => {
      const result = results.starts.get(row.id)
      const start = median(result?.startMs ?? [])
      return [
        row.title,
        figure(start),
        String(result?.startMs.length ?? 0),
        times(ratio(start, median(official?.startMs ?? []))),
        mebibytes(result?.residentBytes),
        times(ratio(result?.residentBytes, official?.residentBytes)),
        noteOf(results, row),
        `\`${commandOf(options, row)}\``
      ]
    })
  const columns = [
    { title: 'servers' },
    right('start ms'),
    right('starts'),
    right('÷ official'),
    right('memory at rest'),
    right('÷ official'),
    { title: 'note' },
    { title: 'this row alone' }
  ]
  return table(columns, rows)
}

/** Start and stop of test clusters. */
export function clusterTable(options: BenchOptions, results: Results): string {
  const cluster = results.cluster
  const columns = [
    { title: 'test cluster' },
    right('first start ms'),
    right('start ms'),
    right('stop ms'),
    right('clusters'),
    { title: 'note' },
    { title: 'this row alone' }
  ]
  return table(columns, [
    [
      clusterRow.title,
      figure(cluster?.firstStartMs),
      figure(median(cluster?.startMs ?? [])),
      figure(median(cluster?.stopMs ?? [])),
      String(cluster?.startMs.length ?? 0),
      noteOf(results, clusterRow),
      `\`${commandOf(options, clusterRow)}\``
    ]
  ])
}

function noteOf(results: Results, row: Row): string {
  const reason = results.notRunReason(row)
  const problem = results.problem(row)
  return reason !== undefined ? `not run: ${reason}` : problem !== undefined ? `FAILED: ${problem}` : ''
}
