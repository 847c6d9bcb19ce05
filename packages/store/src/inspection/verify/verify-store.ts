import { LogFiles } from '../../disk/commit-log/log-files'
import type { RecoveryProgress } from '../../disk/disk-options'
import { DiskDocuments } from '../../disk/documents/disk-documents'
import type { DamagedRange } from '../../disk/recovery/damage'
import { UNPROTECTED_FIELDS } from '../../disk/recovery/recover'
import type { ScanResult } from '../../disk/recovery/scan-log'
import { StoreError } from '../../store-error'
import type { InspectedStore } from '../inspected-store'
import { logTailOf } from '../log-tail'
import { scanStoreLog } from '../scan-store-log'
import { DamagedPlaces } from './damaged-places'
import { type Finding, type FindingKind, Findings } from './finding'
import { IndexCheck } from './index-check'
import { QueuesCheck } from './queues-check'

export interface VerifyOptions {
  readonly signal?: AbortSignal
  /** Told every 16 MiB of the log. */
  readonly onProgress?: (progress: RecoveryProgress) => void
  /** Told of every finding at once, also of those that the report has no room for. */
  readonly onFinding?: (finding: Finding) => void
  /** Findings that the report keeps. Default 1000. */
  readonly maxFindings?: number
}

/** What a look at the whole store found. */
export interface VerifyReport {
  /** Whether nothing is wrong. What passes, in a store that is open or was killed, does not count. */
  readonly isSound: boolean
  /** The first ones. */
  readonly findings: readonly Finding[]
  /** All of them. */
  readonly findingCounts: Readonly<Partial<Record<FindingKind, number>>>
  /** Where the log begins and ends, commit log offsets. */
  readonly logStart: number
  readonly logEnd: number
  /** Bytes behind its end, up to the last that is not zero. */
  readonly tornBytes: number
  /** Sound ones. */
  readonly records: number
  /** Of these, those without a checksum over all of them: damage to `unprotectedFields` is not noticed in them. */
  readonly recordsWithoutCrc: number
  /** Empty when every record has such a checksum. */
  readonly unprotectedFields: readonly string[]
  /** Records of topics that were deleted, or that neither `topics.json` nor a queue knows. */
  readonly recordsOfDeletedTopics: number
  readonly queues: number
  readonly queueEntries: number
  /** 0: there is no index, messages are found by reading the log. */
  readonly indexFiles: number
  readonly indexEntries: number
}

const DEFAULT_MAX_FINDINGS = 1000

/** Holds every byte of a store against its checksums, the queues and the index against the log. Rejects with a FileError, or the reason of `signal`. */
export async function verifyStore(store: InspectedStore, options: VerifyOptions = {}): Promise<VerifyReport> {
  const findings = new Findings(options.maxFindings ?? DEFAULT_MAX_FINDINGS, options.onFinding ?? (() => {}))
  verifyDocuments(store, findings)
  verifyLogFiles(store, findings)
  const logStart = store.logFiles()[0]?.start ?? 0
  const damaged = new DamagedPlaces()
  const tail = logTailOf(store)
  const queues = new QueuesCheck({ store, logStart, damaged, findings, tail })
  const index = new IndexCheck({ store, logStart, damaged, findings, tail })
  const scanned = await scanStoreLog(store, {
    ...(options.signal && { signal: options.signal }),
    ...(options.onProgress && { onProgress: options.onProgress }),
    onDamage: (range) => {
      damaged.add(range)
      findings.add(damageFinding(range))
    },
    onRecord: (bytes, at, size, physicalOffset) => {
      queues.take(bytes, at, size, physicalOffset)
      index.take(bytes, at, size, physicalOffset)
    },
    onPause: async () => {
      await queues.catchUp()
      await index.catchUp()
    }
  })
  if (scanned.tornBytes > 0) findings.add(tornFinding(scanned, store.isOpen))
  await queues.finish(scanned.end)
  await index.finish()
  return reportOf(logStart, scanned, findings, queues, index)
}

function reportOf(logStart: number, scanned: ScanResult, findings: Findings, queues: QueuesCheck, index: IndexCheck): VerifyReport {
  const { end: logEnd, tornBytes, records, recordsWithoutCrc } = scanned
  return {
    isSound: findings.isSound,
    findings: findings.kept,
    findingCounts: findings.counts,
    ...{ logStart, logEnd, tornBytes, records, recordsWithoutCrc },
    unprotectedFields: recordsWithoutCrc > 0 ? UNPROTECTED_FIELDS : [],
    recordsOfDeletedTopics: queues.recordsOfDeletedTopics,
    ...{ queues: queues.counts.queues, queueEntries: queues.counts.entries },
    ...{ indexFiles: index.counts.files, indexEntries: index.counts.entries }
  }
}

function damageFinding({ from, to, topic, queueId, queueOffset }: DamagedRange): Finding {
  const whose = topic === undefined ? '' : `, which say that they are ${topic}/${queueId} offset ${queueOffset}`
  const place = {
    ...(topic !== undefined && { topic }),
    ...(queueId !== undefined && { queueId }),
    ...(queueOffset !== undefined && { queueOffset })
  }
  const text = `log offset ${from}: ${to - from} bytes are no sound record${whose}`
  return { kind: 'log-damaged', severity: 'wrong', text, ...place, physicalOffset: from, count: to - from }
}

function tornFinding({ end, tornBytes }: ScanResult, isOpen: boolean): Finding {
  const text = `log offset ${end}: ${tornBytes} bytes behind the last sound record are not one; the next start of a broker cuts them off`
  return { kind: 'log-torn', severity: isOpen ? 'passing' : 'wrong', text, physicalOffset: end, count: tornBytes }
}

function verifyLogFiles(store: InspectedStore, findings: Findings): void {
  try {
    LogFiles.load(store.options)
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    findings.add({ kind: 'log-file', severity: 'wrong', text: error.message })
  }
}

function verifyDocuments(store: InspectedStore, findings: Findings): void {
  const documents = new DiskDocuments({
    ...store.options,
    logger: { ...store.options.logger, warn: (text, facts) => findings.add(broken(`${text}: ${Object.values(facts ?? {}).join(' ')}`)) }
  })
  for (const name of store.files.list(store.path('config')).filter((each) => each.endsWith('.json'))) {
    try {
      documents.read(name)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      findings.add({ ...broken(error.message), path: `config/${name}` })
    }
  }
}

function broken(text: string): Finding {
  return { kind: 'document-broken', severity: 'wrong', text }
}
