import type { Batch, Client, MessageOfTopic, PullConsumer } from '@rocketmq-ts/client'
import type { ReportFile } from './report-file'
import { Sales } from './sales'

/** Milliseconds since the epoch, `to` not included. */
export interface Range {
  readonly from: number
  readonly to: number
}

export interface ReportOptions {
  readonly range: Range
  /** At most so many batches are read in this run. */
  readonly maxBatches: number
  /** Ends the run behind the batch under way. */
  readonly signal: AbortSignal
}

type SalesConsumer = PullConsumer<MessageOfTopic<typeof Sales>>
type SalesBatch = Batch<MessageOfTopic<typeof Sales>>

/** Adds the sales stored in a range of time to the report, from where it stands; returns how many batches it read. */
export async function readSales(mq: Client, report: ReportFile, { range, maxBatches, signal }: ReportOptions): Promise<number> {
  // All queues for itself, outside of the sharing among members of a group: a report wants everything.
  const consumer = mq.pullConsumer({ group: 'sales-report', subscriptions: [{ topic: Sales }], queues: 'all', from: 'first' })
  signal.addEventListener('abort', () => void consumer.close()) // ends the loop
  await consumer.ready
  await place(consumer, report, range)
  let batches = 0
  if (!report.isComplete && maxBatches > 0) {
    for await (const batch of consumer) {
      batches += 1
      await take(batch, report, range)
      if (report.isRead(batch.queue)) consumer.pause(batch.queue)
      if (report.isComplete || batches === maxBatches || signal.aborted) break
    }
  }
  await consumer.close()
  return batches
}

/** Each queue goes on where the report stands, or else begins at the time; all end where they end now. */
async function place(consumer: SalesConsumer, report: ReportFile, range: Range): Promise<void> {
  await consumer.seekToEnd()
  const ends = consumer.queues.map((queue) => consumer.position(queue) ?? 0)
  await consumer.seekToTime(range.from)
  for (const [at, queue] of consumer.queues.entries()) {
    const before = report.progress(queue)
    if (before === undefined) report.begin(queue, { next: consumer.position(queue) ?? 0, end: ends[at] ?? 0 })
    else await consumer.seek(queue, before.next)
    if (report.isRead(queue)) consumer.pause(queue)
  }
  await report.save()
}

/** Totals and place are saved together; only then the broker hears of it, for those who watch the group's lag. */
async function take(batch: SalesBatch, report: ReportFile, { from, to }: Range): Promise<void> {
  const { next, end } = report.progress(batch.queue) ?? { next: 0, end: 0 }
  if (next >= end) return // fetched ahead and not wanted
  const unread = batch.messages.filter(({ queueOffset }) => queueOffset >= next && queueOffset < end)
  const later = unread.find(({ storeTimestampMs }) => storeTimestampMs >= to)
  for (const { storeTimestampMs, value } of unread) if (storeTimestampMs >= from && storeTimestampMs < to) report.add(value)
  report.advance(batch.queue, batch.nextOffset, later?.queueOffset)
  await report.save()
  await batch.commit()
}
