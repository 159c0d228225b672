/** What we use of the ASN.1 module of node-forge; on its own it loads in 4 ms, the whole library in 20. Bytes are binary strings. */
declare module 'node-forge/lib/asn1.js' {
  export interface Node {
    readonly type: number;
    readonly value: string | readonly Node[];
  }
  const asn1: {
    create(tagClass: number, type: number, constructed: boolean, value: string | Node[]): Node;
    toDer(node: Node): { getBytes(): string };
    oidToDer(dotted: string): { getBytes(): string };
    derToOid(bytes: string): string;
  };
  export default asn1;
}
