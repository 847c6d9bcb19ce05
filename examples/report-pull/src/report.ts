import type { Batch, Client, MessageOfTopic, MessageQueue } from '@rocketmq-ts/client'
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

type SalesBatch = Batch<MessageOfTopic<typeof Sales>>

/** Adds the sales stored in a range of time to the report, from where it stands; returns how many batches it read. */
export async function readSales(mq: Client, report: ReportFile, { range, maxBatches, signal }: ReportOptions): Promise<number> {
  for (const queue of await mq.queues.of(Sales)) await begin(mq, report, queue, range)
  await report.save()
  if (report.isComplete) return 0
  // Queues of its own, outside of the sharing among members of a group: a report wants them all.
  const consumer = mq.pullConsumer({ group: 'sales-report', subscriptions: [{ topic: Sales }], queues: report.unread(Sales.name) })
  consumer.events.on('offsetMoved', ({ queue, from, to }) =>
    console.error(`gone from queue ${queue.queueId}: offsets ${from} to ${to - 1}`)
  )
  signal.addEventListener('abort', () => void consumer.close()) // ends the loop
  let batches = 0
  for await (const batch of consumer) {
    batches += 1
    await take(batch, report, range)
    if (report.isRead(batch.queue)) consumer.pause(batch.queue)
    if (report.isComplete || batches === maxBatches || signal.aborted) break
  }
  await consumer.close()
  return batches
}

/** A queue that the report does not know is read from the time on, to where it ends now. */
async function begin(mq: Client, report: ReportFile, queue: MessageQueue, { from }: Range): Promise<void> {
  if (report.knows(queue)) return
  report.begin(queue, { next: await mq.queues.offsetAt(queue, from), end: await mq.queues.maxOffset(queue) })
}

/** Totals and place are saved together; only then the broker hears of it, for those who watch the group's lag. */
async function take(batch: SalesBatch, report: ReportFile, { from, to }: Range): Promise<void> {
  if (report.isRead(batch.queue)) return // fetched ahead, and of another day
  const later = batch.messages.find(({ storeTimestampMs }) => storeTimestampMs >= to)
  for (const { storeTimestampMs, value } of batch) if (storeTimestampMs >= from && storeTimestampMs < to) report.add(value)
  report.advance(batch.queue, later?.queueOffset ?? batch.nextOffset, later?.queueOffset)
  await report.save()
  await batch.commit()
}
