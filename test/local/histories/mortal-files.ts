/** The file system of a process that dies at one of its writes: what it has not written by then it never writes. */
import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** A file that is opened to be written, put in its place or removed. */
const deeds = ['open', 'link', 'rename', 'rm'] as const;

class Dead extends Error {
  override readonly name = 'Dead';
}

/** Runs `act` with so many writes left; false when it died of it. */
export async function outlived(writes: number, act: () => Promise<void>): Promise<boolean> {
  const former = Object.fromEntries(deeds.map((deed) => [deed, files[deed]]));
  const place = files as unknown as Record<string, unknown>;
  let left = writes;
  for (const deed of deeds) {
    place[deed] = (...args: readonly unknown[]) => {
      const isRead = deed === 'open' && args[1] === 'r';
      left -= isRead ? 0 : 1;
      if (left < 0) return Promise.reject(new Dead('it is dead'));
      return (former[deed] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    await act();
    return left >= 0;
  } catch (error) {
    if (left < 0) return false;
    throw error;
  } finally {
    Object.assign(place, former);
    syncBuiltinESMExports();
  }
}
