/** What these tests read of a CycloneDX document. */
export interface Bill {
  readonly bomFormat: string
  readonly specVersion: string
  readonly serialNumber: string
  readonly version: number
  readonly metadata: { readonly timestamp: string; readonly component: Component }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[]
}

export interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly { readonly license?: { readonly id?: string }; readonly expression?: string }[]
  readonly externalReferences?: readonly { readonly url: string }[]
}

/** What CycloneDX requires, and what a reader needs of each component to find it, check it and know its terms; empty when all is well. */
export function flawsOf(bill: Bill): string[] {
  const all = [bill.metadata.component, ...bill.components]
  return [...headFlaws(bill), ...all.flatMap(componentFlaws), ...graphFlaws(bill, new Set(all.map((one) => one['bom-ref'])), all.length)]
}

/** The SPDX identifier or expression that a component states. */
export function licenceOf({ licenses }: Component): string {
  return (licenses ?? []).map(({ license, expression }) => license?.id ?? expression ?? 'UNKNOWN').join(' AND ') || 'UNKNOWN'
}

function headFlaws(bill: Bill): string[] {
  return failed({
    bomFormat: bill.bomFormat === 'CycloneDX',
    specVersion: /^1\.[5-9]$/.test(bill.specVersion),
    serialNumber: /^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(bill.serialNumber),
    version: bill.version >= 1,
    timestamp: !Number.isNaN(Date.parse(bill.metadata.timestamp))
  })
}

function componentFlaws(component: Component): string[] {
  const path = component.name.replace('@', '%40')
  const flaws = failed({
    type: component.type === 'library',
    version: /^\d+\.\d+\.\d+/.test(component.version),
    purl: component.purl === `pkg:npm/${path}@${component.version}`,
    hash: component.hashes?.some(({ alg, content }) => alg === 'SHA-512' && /^[0-9a-f]{128}$/.test(content)) ?? false,
    licence: licenceOf(component) !== 'UNKNOWN',
    references: component.externalReferences?.every(({ url }) => url.startsWith('https://')) ?? true
  })
  return flaws.map((flaw) => `${component['bom-ref']}: ${flaw}`)
}

function graphFlaws({ dependencies, metadata }: Bill, refs: ReadonlySet<string>, components: number): string[] {
  const reached = new Set<string>()
  const follow = (ref: string): void => {
    if (reached.has(ref)) return
    reached.add(ref)
    for (const next of dependencies.find((one) => one.ref === ref)?.dependsOn ?? []) follow(next)
  }
  follow(metadata.component['bom-ref'])
  return failed({
    'each component has one reference': refs.size === components,
    'each component is in the graph': dependencies.length === components && dependencies.every(({ ref }) => refs.has(ref)),
    'the graph leads from the package to each component, and to nothing else': [...reached].sort().join() === [...refs].sort().join()
  })
}

function failed(checks: Readonly<Record<string, boolean>>): string[] {
  return Object.entries(checks).flatMap(([name, isGood]) => (isGood ? [] : [name]))
}
