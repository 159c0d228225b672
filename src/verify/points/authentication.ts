import type { Random } from '../../ports.ts';
import { foreign, issuerName, selfSigned } from '../certificates.ts';
import type { Attempt, Point } from '../point.ts';
import { type Identity, type Listener, placeOf, type RefusedCertificate, type World } from '../world.ts';
import { consentWanted, entry, loginOf, notTried, refusalWanted } from './attempt.ts';
import { eachOf } from './transport.ts';

export const credentialsAdmitted: Point = {
  name: 'CredentialsAdmitted',
  title: 'who has a certificate or password of the broker is let in',
  needs: ['ServerCertificateValid'],
  otherwise: 'no credentials were given',
  attempts: ({ identities }, prober) =>
    eachOf(identities, async (identity) => {
      const { name, listener } = identity;
      const how = identity.keyPair ? 'its certificate' : 'its password';
      return [
        consentWanted(`${name} with ${how} at ${placeOf(listener)}`, await entry(prober, listener, loginOf(identity))),
      ];
    }),
};

export const noAnonymousAccess: Point = {
  name: 'NoAnonymousAccess',
  title: 'nobody gets in without credentials',
  needs: [],
  otherwise: 'there is no listener',
  attempts: (world, prober) =>
    eachOf(world.listeners, async (listener) => [
      refusalWanted(
        `no certificate, no user name at ${placeOf(listener)}`,
        await entry(prober, listener, { clientId: world.probe, trustsAnyServer: true }),
      ),
    ]),
};

export const certificateRequired: Point = {
  name: 'CertificateRequired',
  title: 'where certificates are asked for, nobody gets in without one',
  needs: ['ServerCertificateValid'],
  otherwise: 'no listener asks for certificates',
  attempts: (world, prober) =>
    eachOf(certificateListeners(world), (listener) =>
      eachOf([...pretenders(world, listener), ...passwordHolders(world)], async ({ name, password }) => [
        refusalWanted(
          `${password === undefined ? 'only the name' : 'only name and password'} of ${name} at ${placeOf(listener)}`,
          await entry(prober, listener, {
            clientId: name,
            username: name,
            ...(password === undefined ? { trustsAnyServer: true } : { password }),
          }),
        ),
      ]),
    ),
};

/** A point that shows certificates which must be refused, each of which lets in whoever has it. */
function refusedPoint(
  point: Pick<Point, 'name' | 'title' | 'otherwise'>,
  certificatesAt: (world: World, listener: Listener) => readonly Pick<RefusedCertificate, 'name' | 'keyPair'>[],
): Point {
  return {
    ...point,
    needs: ['CertificateRequired'],
    attempts: (world, prober) =>
      eachOf(certificateListeners(world), (listener) =>
        eachOf(certificatesAt(world, listener), async ({ name, keyPair }) => [
          refusalWanted(
            `${name} at ${placeOf(listener)}`,
            await entry(prober, listener, { clientId: world.probe, keyPair, trustsAnyServer: true }),
          ),
        ]),
      ),
  };
}

/** Needs chance for the keys of the certificates that it makes. */
export function foreignCertificateRefused(random: Random): Point {
  return refusedPoint(
    {
      name: 'ForeignCertificateRefused',
      title: 'certificates that sign themselves, or are of another CA, are refused',
      otherwise: 'no listener asks for certificates',
    },
    (world, listener) => {
      const { now } = world;
      const name = pretenders(world, listener)[0]?.name ?? world.probe;
      const model = world.identities.find(({ keyPair }) => keyPair)?.keyPair;
      const caName = model ? issuerName(model.certificate) : 'devices';
      return [
        { name: `a self-signed certificate in the name of ${name}`, keyPair: selfSigned(name, now, random) },
        {
          name: `a certificate in the name of ${name} by another CA that is called ${caName}`,
          keyPair: foreign(name, caName, now, random),
        },
        ...refusedOf(world, 'Foreign'),
      ];
    },
  );
}

export const expiredCertificateRefused = refusedPoint(
  {
    name: 'ExpiredCertificateRefused',
    title: 'certificates that ended are refused',
    otherwise: 'no certificate that ended was given (--refused KIT)',
  },
  (world) => refusedOf(world, 'Expired'),
);

export const revokedCertificateRefused = refusedPoint(
  {
    name: 'RevokedCertificateRefused',
    title: 'certificates that were revoked are refused',
    otherwise: 'no certificate that was revoked was given (--refused KIT)',
  },
  (world) => refusedOf(world, 'Revoked'),
);

export const wrongPasswordRefused: Point = {
  name: 'WrongPasswordRefused',
  title: 'a wrong password is refused, and a name without one',
  needs: [],
  otherwise: 'no listener takes passwords',
  attempts: (world, prober) =>
    eachOf(passwordListeners(world), (listener) =>
      eachOf(
        [...pretenders(world, listener).map(({ name }) => name), world.probe],
        async (name): Promise<Attempt[]> => {
          const login = { clientId: name, username: name, trustsAnyServer: true } as const;
          const [wrong, none] = [
            await entry(prober, listener, { ...login, password: world.probe }),
            await entry(prober, listener, login),
          ];
          return [
            refusalWanted(`${name} with a wrong password at ${placeOf(listener)}`, wrong),
            none.kind === 'Unanswered' && wrong.kind === 'Unanswered'
              ? notTried(`${name} without a password at ${placeOf(listener)}`, none.how)
              : refusalWanted(`${name} without a password at ${placeOf(listener)}`, none),
          ];
        },
      ),
    ),
};

function refusedOf({ refused }: World, why: RefusedCertificate['why']): readonly RefusedCertificate[] {
  return refused.filter((certificate) => certificate.why === why);
}

function certificateListeners({ listeners }: World): readonly Listener[] {
  return listeners.filter(({ authentication, tls }) => authentication === 'Certificate' && tls);
}

function passwordListeners({ listeners }: World): readonly Listener[] {
  return listeners.filter(({ authentication }) => authentication === 'Password');
}

/** In whose name to try it: one that is let in there. */
function pretenders({ identities }: World, listener: Listener): readonly Pick<Identity, 'name' | 'password'>[] {
  return identities
    .filter((identity) => identity.listener === listener)
    .slice(0, 1)
    .map(({ name }) => ({ name }));
}

function passwordHolders({ identities }: World): readonly Pick<Identity, 'name' | 'password'>[] {
  return identities.filter(({ password }) => password !== undefined).slice(0, 1);
}
