import type { Dialect, DialectName } from './dialect.ts';
import { emqx } from './emqx.ts';
import { goAuth } from './go-auth.ts';
import { rabbitmq } from './rabbitmq.ts';
import { vernemq } from './vernemq.ts';

export const dialects: Readonly<Record<DialectName, Dialect>> = { rabbitmq, emqx, vernemq, 'go-auth': goAuth };
