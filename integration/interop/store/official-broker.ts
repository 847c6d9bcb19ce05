import { join } from 'node:path'
import { JavaBroker } from '../java-broker'

/** Lengths of files that a few hundred messages make roll several times. Ours are told the same. */
export const smallFiles = { commitLogFileBytes: 1 << 20, consumeQueueFileEntries: 100, indexSlots: 100, indexEntries: 400 } as const

/** The same for an official broker. */
export const smallOfficialFiles = {
  mappedFileSizeCommitLog: String(smallFiles.commitLogFileBytes),
  mappedFileSizeConsumeQueue: String(smallFiles.consumeQueueFileEntries * 20),
  maxHashSlotNum: String(smallFiles.indexSlots),
  maxIndexNum: String(smallFiles.indexEntries)
} as const

const settings: Readonly<Record<string, string>> = {
  // What a kill must not take back is written often.
  flushConsumerOffsetInterval: '200',
  flushDelayOffsetInterval: '200',
  // A half message that nobody answers for is looked at, and written once more, after these; not while it is compared.
  transactionTimeOut: '3600000',
  transactionCheckInterval: '3600000',
  // A machine that has much to do is no reason to refuse.
  osPageCacheBusyTimeOutMills: '60000',
  waitTimeMillsInSendQueue: '60000'
}

/** An official broker of a release on the store in a directory; its files have official lengths unless `more` says otherwise. */
export function startOfficial(
  version: string,
  directory: string,
  nameserver: string,
  more: Readonly<Record<string, string>> = {}
): Promise<JavaBroker> {
  const paths = { storePathRootDir: directory, storePathCommitLog: join(directory, 'commitlog') }
  return JavaBroker.start(version, nameserver, { ...settings, ...paths, ...more })
}
