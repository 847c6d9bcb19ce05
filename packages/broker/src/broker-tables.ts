import { SystemTopic } from '@rocketmq-ts/remoting/wire'
import { RepeatedLog, type Timer } from 'net-ts-protocol-kit'
import type { ResolvedBrokerOptions } from './broker-options'
import { TableVersion } from './data-version'
import type { OtherMembers } from './document-json'
import { DocumentName, type OtherTopicMembers, readDocument, readGroups, readTopics, writeGroups, writeTopics } from './documents'
import { GroupTable } from './group/group-table'
import { ConsumerOffsets } from './offset/consumer-offsets'
import { readConsumerOffsets, readDelayOffsets, writeConsumerOffsets, writeDelayOffsets } from './offset/offset-documents'
import { StoredDocument } from './stored-document'
import { ownTopics } from './topic/own-topics'
import { TopicTable } from './topic/topic-table'

/** How long a change may wait until it is stored when nobody is told of it before. Milliseconds. */
export const PERSIST_EVERY_MS = 5000

/** What the stored documents say beyond what this broker knows: official brokers find it again. */
interface Others {
  topics: OtherTopicMembers
  groups: OtherMembers
  offsets: { readonly otherTables?: OtherMembers; readonly others?: OtherMembers }
  delays: OtherMembers
}

/** Everything small that a broker remembers, and the documents in which it is stored. */
export class BrokerTables {
  readonly topics: TopicTable
  readonly groups: GroupTable
  readonly offsets: ConsumerOffsets
  readonly #options: ResolvedBrokerOptions
  readonly #documents: ReadonlyMap<string, StoredDocument>
  readonly #offsetVersion: TableVersion
  readonly #delayVersion: TableVersion
  readonly #log: RepeatedLog
  readonly #others: Others = { topics: {}, groups: [], offsets: {}, delays: [] }
  /** Topics of the text that is being stored. */
  #storing: readonly string[] = []
  #topicsChanged: () => void = () => {}
  #delayOffsets: () => ReadonlyMap<number, number> = () => new Map()
  #flushTimer: Timer | undefined
  #isClosed = false

  constructor(options: ResolvedBrokerOptions) {
    const { clock, limits } = options
    this.#options = options
    this.#log = new RepeatedLog({ clock, logger: options.logger })
    this.#offsetVersion = new TableVersion(clock)
    this.#delayVersion = new TableVersion(clock)
    this.topics = new TopicTable(new TableVersion(clock), () => {
      this.#changed(DocumentName.TOPICS)
      this.#topicsChanged()
    })
    this.groups = new GroupTable(new TableVersion(clock), limits.maxGroups, () => this.#changed(DocumentName.GROUPS))
    this.offsets = new ConsumerOffsets(limits.maxOffsets, () => this.#changed(DocumentName.CONSUMER_OFFSETS))
    this.#documents = new Map([
      this.#document(
        DocumentName.TOPICS,
        () => this.#topicsText(),
        () => this.topics.saved(this.#storing)
      ),
      this.#document(DocumentName.GROUPS, () => this.#groupsText()),
      this.#document(DocumentName.CONSUMER_OFFSETS, () => this.#offsetsText()),
      this.#document(DocumentName.DELAY_OFFSETS, () => this.#delaysText())
    ])
  }

  /** Takes what an earlier broker stored. Returns how far each delay level was. */
  load(): ReadonlyMap<number, number> {
    this.#loadTopics()
    this.#loadGroups()
    this.#loadOffsets()
    const delays = this.#read(DocumentName.DELAY_OFFSETS, readDelayOffsets)
    if (delays !== undefined) this.#delayVersion.resume(delays.version)
    this.#others.delays = delays?.others ?? []
    return delays?.offsets ?? new Map()
  }

  /** Calls `listener` when the topics changed: nameservers are to be told. */
  onTopicsChanged(listener: () => void): void {
    this.#topicsChanged = listener
  }

  /** Delayed messages were delivered; `offsets` tells how far each level is when it is to be stored. */
  delaysProgressed(offsets: () => ReadonlyMap<number, number>): void {
    this.#delayOffsets = offsets
    this.#changed(DocumentName.DELAY_OFFSETS)
  }

  /**
   * Whether a topic is stored, once that is known; `undefined` when it is since long. A message is acknowledged after that: one whose topic
   * nobody knows after a restart would be lost.
   */
  topicSaved(name: string): Promise<boolean> | undefined {
    return this.topics.unsaved.has(name) ? this.#saveTopic(name) : undefined
  }

  /** Stores everything that has changed, and nothing more afterwards. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#flushTimer?.cancel()
    await this.flush()
    this.#log.flush()
  }

  /** Stores everything that has changed. Never rejects. */
  async flush(): Promise<void> {
    await Promise.all([...this.#documents.values()].map((document) => document.flush()))
  }

  /** Own topics first: what was stored of them wins, as settings may have been changed. */
  #loadTopics(): void {
    const { name: brokerName, clusterName, autoCreateTopics, defaultTopicQueues } = this.#options
    this.topics.restore(ownTopics({ brokerName, clusterName, autoCreateTopics, defaultTopicQueues }))
    const stored = this.#read(DocumentName.TOPICS, readTopics)
    if (stored === undefined) return
    this.topics.version.resume(stored.version)
    this.#others.topics = stored.others ?? {}
    // The pattern for automatic topics follows the options of this start, not those of the last.
    this.topics.restore([...stored.topics.values()].filter(({ topicName }) => topicName !== SystemTopic.AUTO_CREATE_TOPIC_KEY))
  }

  #loadGroups(): void {
    const stored = this.#read(DocumentName.GROUPS, readGroups)
    if (stored === undefined) return
    this.groups.version.resume(stored.version)
    this.groups.restore(stored.groups.values())
    this.#others.groups = stored.others ?? []
  }

  #loadOffsets(): void {
    const stored = this.#read(DocumentName.CONSUMER_OFFSETS, readConsumerOffsets)
    if (stored === undefined) return
    const { version, offsets, ...others } = stored
    this.#offsetVersion.resume(version)
    this.offsets.restore(offsets)
    this.#others.offsets = others
  }

  async #saveTopic(name: string): Promise<boolean> {
    await this.#documents.get(DocumentName.TOPICS)?.flush()
    return !this.topics.unsaved.has(name)
  }

  #topicsText(): string {
    this.#storing = [...this.topics.unsaved]
    return writeTopics({ version: this.topics.version.current, topics: this.topics.all, others: this.#others.topics })
  }

  #groupsText(): string {
    return writeGroups({ version: this.groups.version.current, groups: this.groups.all, others: this.#others.groups })
  }

  #offsetsText(): string {
    return writeConsumerOffsets({ version: this.#offsetVersion.next(), offsets: this.offsets, ...this.#others.offsets })
  }

  #delaysText(): string {
    return writeDelayOffsets({ version: this.#delayVersion.next(), offsets: this.#delayOffsets(), others: this.#others.delays })
  }

  #read<Content>(name: string, read: (text: string) => Content): Content | undefined {
    return readDocument(name, this.#documents.get(name)?.read(), read)
  }

  #changed(name: string): void {
    this.#documents.get(name)?.changed()
    this.#planFlush()
  }

  #planFlush(): void {
    if (this.#flushTimer !== undefined || this.#isClosed) return
    this.#flushTimer = this.#options.clock.setTimeout(() => void this.#flushPlanned(), PERSIST_EVERY_MS, { keepsProcessAlive: false })
  }

  /** What a disk did not take is tried again, whether or not it changes once more. */
  async #flushPlanned(): Promise<void> {
    this.#flushTimer = undefined
    await this.flush()
    if ([...this.#documents.values()].some(({ isChanged }) => isChanged)) this.#planFlush()
  }

  #document(name: string, render: () => string, onStored: () => void = () => {}): [string, StoredDocument] {
    const onError = (error: unknown): void => this.#log.log('error', name, `${name} could not be stored; it is tried again`, { error })
    return [name, new StoredDocument({ documents: this.#options.store.documents, name, render, onStored, onError })]
  }
}
