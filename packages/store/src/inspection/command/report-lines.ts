import type { InspectedGroup } from '../inspect-groups'
import type { InspectedTopic } from '../inspect-topics'
import type { Finding } from '../verify/finding'
import type { VerifyReport } from '../verify/verify-store'
import { safeText } from './safe-text'
import { Table } from './table'

export function topicLines(topics: readonly InspectedTopic[]): string[] {
  const rows = topics.flatMap(({ topic, queues, isConfigured }) => {
    const note = isConfigured === false ? 'not in topics.json' : ''
    if (queues.length === 0) return [[topic, '', '', '', '', '', note === '' ? 'no messages yet' : note]]
    return queues.map(({ queueId, minOffset, maxOffset, entries, bytes, inLogOnly, problem }) => {
      const newer = inLogOnly === undefined ? '' : `${inLogOnly} newer in the log only`
      const notes = [note, newer].filter((each) => each !== '').join('; ')
      return problem === undefined
        ? [topic, queueId, minOffset, maxOffset, entries, bytes, notes]
        : [topic, queueId, '', '', '', '', problem]
    })
  })
  return new Table(['TOPIC', 'QUEUE#', 'MIN#', 'MAX#', 'MESSAGES#', 'BYTES#', '']).lines(rows)
}

export function groupLines(groups: readonly InspectedGroup[]): string[] {
  const rows = groups.flatMap(({ group, offsets, isConfigured }) => {
    const note = isConfigured ? '' : 'not in subscriptionGroup.json'
    if (offsets.length === 0) return [[group, '', '', '', '', '', 'nothing committed']]
    return offsets.map(({ topic, queueId, offset, maxOffset, lag }) => {
      return [group, topic, queueId, offset, maxOffset ?? '', lag ?? '', maxOffset === undefined ? 'no such queue' : note]
    })
  })
  return new Table(['GROUP', 'TOPIC', 'QUEUE#', 'OFFSET#', 'MAX#', 'BEHIND#', '']).lines(rows)
}

export function findingLine({ kind, severity, text }: Finding): string {
  return `${severity === 'wrong' ? 'WRONG' : 'passing'}  ${kind}  ${safeText(text)}`
}

export function verifyLines(report: VerifyReport): string[] {
  const { isSound, findingCounts, logStart, logEnd, records, recordsWithoutCrc, unprotectedFields, recordsOfDeletedTopics } = report
  const index = report.indexFiles === 0 ? 'none' : `${report.indexEntries} entries in ${report.indexFiles} files`
  const findings = Object.entries(findingCounts).map(([kind, count]) => `${count} ${kind}`)
  return [
    `commit log: ${logStart} to ${logEnd}, ${records} sound messages, ${report.tornBytes} torn bytes`,
    `consume queues: ${report.queueEntries} entries in ${report.queues} queues`,
    `index: ${index}`,
    ...(recordsOfDeletedTopics > 0 ? [`messages of topics that are no more: ${recordsOfDeletedTopics}`] : []),
    ...(recordsWithoutCrc > 0
      ? [`${recordsWithoutCrc} messages have no checksum but that of their body; damage is not noticed in: ${unprotectedFields.join(', ')}`]
      : []),
    `${isSound ? 'sound' : 'NOT SOUND'}${findings.length > 0 ? `: ${findings.join(', ')}` : ''}`
  ]
}
