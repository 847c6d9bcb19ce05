import { FileError } from '../../files/file-error'
import type { StoreFiles } from '../../files/store-files'
import type { ResolvedDiskOptions } from '../disk-options'
import { ENTRY_BYTES } from './queue-entries'
import { findQueueExtent, type QueueExtent } from './queue-extent'
import { isTopicName, queueDirectory, queueFileStart, queueIdOf, queuesDirectory, topicDirectory } from './queue-path'

/** A queue's directory that cannot be understood. Its entries can be rebuilt from the log. */
export interface QueueProblem {
  readonly topic: string
  readonly queueId: number
  readonly path: string
  readonly problem: string
}

/** What is in a store's consume queue directory. */
export interface LoadedQueues {
  /** Entries of a file: the files' own length decides when there are some. */
  readonly fileEntries: number
  readonly queues: readonly FoundQueue[]
  readonly problems: readonly QueueProblem[]
}

export interface FoundQueue {
  readonly topic: string
  readonly queueId: number
  readonly directory: string
  readonly extent: QueueExtent
}

/** Reads what there is; writes nothing. */
export function loadQueues(options: ResolvedDiskOptions): LoadedQueues {
  const listed = listQueues(options)
  const fileBytes = lengthOfFiles(listed, options.consumeQueueFileEntries * ENTRY_BYTES)
  const queues: FoundQueue[] = []
  const problems: QueueProblem[] = []
  for (const queue of listed) {
    const found = understand(options.files, queue, fileBytes)
    if (typeof found === 'string') problems.push({ topic: queue.topic, queueId: queue.queueId, path: queue.directory, problem: found })
    else queues.push({ topic: queue.topic, queueId: queue.queueId, directory: queue.directory, extent: found })
  }
  return { fileEntries: fileBytes / ENTRY_BYTES, queues, problems }
}

interface ListedQueue {
  readonly topic: string
  readonly queueId: number
  readonly directory: string
  /** Ascending. */
  readonly files: readonly { readonly start: number; readonly bytes: number }[]
}

function listQueues({ files, directory: root }: ResolvedDiskOptions): ListedQueue[] {
  const listed: ListedQueue[] = []
  for (const topic of files.list(queuesDirectory(root))) {
    if (!isTopicName(topic)) continue
    for (const name of namesIn(files, topicDirectory(root, topic))) {
      const queueId = queueIdOf(name)
      if (queueId === undefined) continue
      const directory = queueDirectory(root, topic, queueId)
      listed.push({ topic, queueId, directory, files: listFiles(files, directory) })
    }
  }
  return listed
}

/** Empty for a file that has got among the directories. */
function namesIn(files: StoreFiles, directory: string): readonly string[] {
  try {
    return files.list(directory)
  } catch (error) {
    if (error instanceof FileError && error.reason === 'ENOTDIR') return []
    throw error
  }
}

function listFiles(files: StoreFiles, directory: string): ListedQueue['files'] {
  return namesIn(files, directory).flatMap((name) => {
    const start = queueFileStart(name)
    const facts = start === undefined ? undefined : files.stat(`${directory}/${name}`)
    return start === undefined || facts?.kind !== 'file' ? [] : [{ start, bytes: facts.bytes }]
  })
}

/** The length that all files have; when they differ the option's, unless no file has that. */
function lengthOfFiles(queues: readonly ListedQueue[], wanted: number): number {
  const lengths = new Set<number>()
  for (const { files } of queues) {
    for (const { bytes } of files) if (bytes > 0 && bytes % ENTRY_BYTES === 0) lengths.add(bytes)
  }
  return lengths.size === 0 || lengths.has(wanted) ? wanted : Math.max(...lengths)
}

/** What a queue's files hold, or what is wrong with them. */
function understand(files: StoreFiles, queue: ListedQueue, fileBytes: number): QueueExtent | string {
  const problem = problemOf(queue.files, fileBytes)
  if (problem !== undefined) return problem
  const starts = queue.files.map(({ start }) => start / ENTRY_BYTES)
  try {
    return findQueueExtent(files, queue.directory, starts, fileBytes / ENTRY_BYTES)
  } catch (error) {
    // A file that the disk cannot read is one queue's misfortune.
    if (error instanceof FileError) return error.message
    throw error
  }
}

function problemOf(files: ListedQueue['files'], fileBytes: number): string | undefined {
  let expected = files[0]?.start ?? 0
  for (const [index, { start, bytes }] of files.entries()) {
    if (start % fileBytes !== 0) return `a file begins at ${start}, which is no multiple of ${fileBytes}`
    if (start !== expected) return `the file that begins at ${expected} is missing`
    // The last file may have been made and not lengthened yet.
    const mayBeShort = index === files.length - 1 && bytes < fileBytes
    if (bytes !== fileBytes && !mayBeShort) return `the file that begins at ${start} has ${bytes} bytes rather than ${fileBytes}`
    expected += fileBytes
  }
  return undefined
}
