import type { InspectedFile, InspectedFiles } from '../inspect-files'
import { Table } from './table'
import { timeText } from './time-text'

/** How a store was left, and its files; those of consume queues by their topics. */
export function fileLines(found: InspectedFiles): string[] {
  const queues = found.files.filter(({ kind }) => kind === 'consume queue')
  const others = found.files.filter(({ kind }) => kind !== 'consume queue')
  const rows = [...others.map(rowOf), ...topicsOf(queues)].sort(([one], [other]) => (String(one) < String(other) ? -1 : 1))
  return [...stateLines(found), '', ...new Table(['FILE', 'KIND', 'BYTES#', 'ON DISK#', 'WHAT']).lines(rows)]
}

function stateLines({ directory, isOpen, isLeftInOrder, owner, lockHolders, checkpoint }: InspectedFiles): string[] {
  const holders = [...(owner?.isRunning ? [owner.pid] : []), ...lockHolders]
  const left = isLeftInOrder ? 'left in order' : 'not left in order: the next start recovers it'
  const state = isOpen ? `open in process ${[...new Set(holders)].join(', ')}` : left
  const times = checkpoint && [checkpoint.physicMsgTimestamp, checkpoint.logicsMsgTimestamp, checkpoint.indexMsgTimestamp]
  const [log, queues, index] = times?.map((time) => (time === 0 ? 'unknown' : timeText(time))) ?? []
  return [`${directory}: ${state}`, ...(times ? [`durable up to: commit log ${log}, consume queues ${queues}, index ${index}`] : [])]
}

function rowOf({ path, kind, bytes, allocatedBytes, problem, index }: InspectedFile): (string | number)[] {
  const facts =
    index === undefined
      ? ''
      : `${index.entries} of ${index.capacity} entries, log offsets ${index.beginOffset} to ${index.endOffset}, from ${timeText(index.beginTime)}`
  return [path, kind, bytes, allocatedBytes, problem ?? facts]
}

function topicsOf(files: readonly InspectedFile[]): (string | number)[][] {
  const byTopic = new Map<string, InspectedFile[]>()
  for (const file of files) {
    const topic = file.path.split('/').slice(0, 2).join('/')
    const known = byTopic.get(topic)
    if (known === undefined) byTopic.set(topic, [file])
    else known.push(file)
  }
  return [...byTopic].map(([path, all]) => {
    const queues = new Set(all.map((file) => file.path.split('/')[2])).size
    const sum = (of: (file: InspectedFile) => number) => all.reduce((total, file) => total + of(file), 0)
    const what = `${queues} ${queues === 1 ? 'queue' : 'queues'}, ${all.length} ${all.length === 1 ? 'file' : 'files'}`
    return [`${path}/`, 'consume queue', sum(({ bytes }) => bytes), sum(({ allocatedBytes }) => allocatedBytes), what]
  })
}
