// Generated from crds/ by `npm run gen`: change the definitions, not this file.

/**
 * What a set of devices talks to: one Mosquitto configuration and the instances that run it. Field names end in their unit.
 */
export interface MqttBroker {
  apiVersion: 'mqttsecurity.io/v1alpha1';
  kind: 'MqttBroker';
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: {
      [k: string]: string;
    };
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What is wanted.
   */
  spec: {
    /**
     * The broker software.
     */
    mosquitto: {
      /**
       * Version of Mosquitto for which files are rendered, '2.0' or '2.1'. The agent reports the real one; a difference shows as a condition.
       */
      version: '2.0' | '2.1';
    };
    /**
     * What devices connect to, 1 to 8 listeners. A change restarts the broker.
     *
     * Items: One listener.
     */
    listeners: {
      /**
       * Name of the listener, at most 15 characters; the port of the Service is called so.
       */
      name: string;
      /**
       * TCP port.
       */
      port: number;
      /**
       * How devices prove who they are here: 'Certificate' is a TLS client certificate whose common name is the identity (names and passwords that a client sends are ignored), 'Password' is user name and password.
       */
      authentication: 'Certificate' | 'Password';
      /**
       * Encryption of this listener.
       */
      tls: {
        /**
         * Whether the listener speaks TLS. Without it passwords and messages can be read on the way.
         */
        enabled: boolean;
      };
      /**
       * 'MQTT' over TCP, or MQTT over 'WebSockets'.
       */
      protocol: 'MQTT' | 'WebSockets';
      /**
       * Most connections at a time, counted from the TCP connection on. When absent there is no limit. Refused on Mosquitto 2.0, where it does not hold.
       */
      maxConnections?: number;
    }[];
    /**
     * TLS of all listeners.
     */
    tls: {
      /**
       * 'Modern' is TLS 1.3 only, 'Intermediate' is TLS 1.2 and 1.3 with forward secrecy and authenticated encryption.
       */
      profile: 'Modern' | 'Intermediate';
      /**
       * Certificate that the broker shows to its clients: exactly one of `secretRef` and `issuerRef`.
       */
      serverCertificate: {
        /**
         * Secret that holds an existing key pair under `tls.crt` and `tls.key`.
         */
        secretRef?: {
          /**
           * Name of the Secret, in the namespace of the broker.
           */
          name: string;
        };
        /**
         * The cert-manager issuer from which the operator asks for the certificate.
         */
        issuerRef?: {
          /**
           * Name of the issuer.
           */
          name: string;
          /**
           * Kind of the issuer.
           */
          kind: string;
          /**
           * API group of the issuer.
           */
          group: string;
        };
        /**
         * DNS names in the certificate. When absent, those of the Service of the broker.
         *
         * Items: One DNS name; the first label may be `*`.
         */
        dnsNames?: string[];
        /**
         * IP addresses in the certificate.
         *
         * Items: One IPv4 or IPv6 address.
         */
        ipAddresses?: string[];
      };
    };
    /**
     * Client certificates: who issues them to the devices of this broker, and which CAs the broker trusts. Needed by listeners with authentication by certificate.
     */
    clientCertificates?: {
      /**
       * The one issuer of the client certificates of this broker. Changing it re-issues the certificates of all devices, a few at a time; keep the former CA in `trustedCas` until they are done.
       */
      issuerRef: {
        /**
         * Name of the issuer.
         */
        name: string;
        /**
         * Kind of the issuer.
         */
        kind: string;
        /**
         * API group of the issuer.
         */
        group: string;
      };
      /**
       * Default lifetime of a client certificate; a change reaches a device at its next renewal. A Go duration of hours, minutes and seconds, such as '2160h' or '1h30m'; at least 1h, at most 87600h (10 years).
       */
      duration: string;
      /**
       * Default time before its end at which a client certificate is renewed; a change reaches a device at its next renewal. A Go duration of hours, minutes and seconds, such as '720h'; at least 5m and shorter than `duration`.
       */
      renewBefore: string;
      /**
       * CAs whose client certificates the broker accepts, at most 8. Each of them can assert any identity. When absent, the CA of the issuer alone, with a revocation list signed by the operator. To change the CA, list the old and the new one, then change `issuerRef`, then remove the old one when `status.certificatesPerCa` no longer counts it.
       *
       * Items: One trusted CA.
       */
      trustedCas?: {
        /**
         * Name of the CA in status and messages, at most 63 characters.
         */
        name: string;
        /**
         * Where the certificate of the CA lies, in PEM. The chain must reach a self-signed root.
         */
        caRef: {
          /**
           * Kind of the object that holds the value.
           */
          kind: 'ConfigMap' | 'Secret';
          /**
           * Name of that object, in the namespace of this one.
           */
          name: string;
          /**
           * Key of its data that holds the value.
           */
          key: string;
        };
        /**
         * How certificates of this CA are taken back.
         */
        revocation: {
          /**
           * 'SignedCrl': the operator signs the revocation list with the key of the CA. 'ExternalCrl': somebody else does, the list is read from `crlRef` or `crlUrl`. 'None': the broker checks none, revocation is by topic rules alone.
           */
          type: 'SignedCrl' | 'ExternalCrl' | 'None';
          /**
           * Secret that holds certificate and key of the CA under `tls.crt` and `tls.key`, for 'SignedCrl'. When absent, the Secret of `caRef`. The CA must keep its key: a cert-manager Certificate for it needs rotationPolicy 'Never'.
           */
          signerSecretRef?: {
            /**
             * Name of the Secret, in the namespace of the broker.
             */
            name: string;
          };
          /**
           * Where the revocation list lies, in PEM, for 'ExternalCrl'. The list must carry an authority key identifier.
           */
          crlRef?: {
            /**
             * Kind of the object that holds the value.
             */
            kind: 'ConfigMap' | 'Secret';
            /**
             * Name of that object, in the namespace of this one.
             */
            name: string;
            /**
             * Key of its data that holds the value.
             */
            key: string;
          };
          /**
           * Where the revocation list is downloaded, in PEM or DER, for 'ExternalCrl'. The list must carry an authority key identifier. The last good one stays in force as long as it lasts.
           */
          crlUrl?: {
            /**
             * Address, http or https, without user information. Redirects are not followed, and addresses of the operator's own machine are refused.
             */
            url: string;
            /**
             * CA of the web server, in PEM. When absent, those that the system of the operator trusts.
             */
            caRef?: {
              /**
               * Kind of the object that holds the value.
               */
              kind: 'ConfigMap' | 'Secret';
              /**
               * Name of that object, in the namespace of this one.
               */
              name: string;
              /**
               * Key of its data that holds the value.
               */
              key: string;
            };
            /**
             * Seconds after which it is downloaded again, if it does not end before.
             */
            refreshSeconds: number;
          };
          /**
           * Seconds that a list signed by the operator is valid; it is signed anew after a third of them. A broker whose list has run out refuses every client, so this is how long the operator may be away. Default 604800 (7 days).
           */
          validitySeconds?: number;
        };
      }[];
    };
    /**
     * How topic rules become files.
     */
    acl: {
      /**
       * 'PerIdentity' writes the rules of each identity out. 'Patterns' folds what all identities are allowed into lines with a variable, which Mosquitto 2.0 needs beyond some thousand devices; it needs revocation 'SignedCrl' on every trusted CA and an issuer that is used for nothing else.
       */
      layout: 'PerIdentity' | 'Patterns';
      /**
       * Templates that every device of this broker has beside its own, at most 8.
       *
       * Items: One template in use.
       */
      defaultTemplateRefs?: {
        /**
         * Name of the AclTemplate, in the namespace of this object.
         */
        name: string;
        /**
         * Values for the parameters of the template, by name: strings of at most 256 characters, integers or booleans. A value that fills a topic level may hold no '/', '+', '#' or control character and may not begin with '$'.
         */
        parameters?: {
          /**
           * One value: a string of at most 256 characters, an integer or a boolean.
           */
          [k: string]: string | number | boolean;
        };
      }[];
    };
    /**
     * From which namespaces MqttDevices may refer to this broker.
     */
    allowedNamespaces: {
      /**
       * 'Same': only from the namespace of the broker. 'Selector': from namespaces with the labels of `selector`. 'All': from every namespace.
       */
      from: 'Same' | 'Selector' | 'All';
      /**
       * Which namespaces are admitted, for 'Selector'.
       */
      selector?: {
        /**
         * Labels that a namespace must have, all of them.
         */
        matchLabels: {
          /**
           * Value of the label.
           */
          [k: string]: string;
        };
      };
      /**
       * Levels put before every topic of a device from another namespace, so that it stays in a place of its own. One level must be '{namespace}'; the others are literal, for example 'tenants/{namespace}'. At most 256 characters.
       */
      topicPrefix?: string;
      /**
       * Roles that templates of devices from another namespace may have. Default ['Device'].
       *
       * Items: One role.
       */
      roles: ('Device' | 'Backend' | 'Admin')[];
    };
    /**
     * How changes reach the broker.
     */
    update: {
      /**
       * 'Reload' signals the running broker, sessions stay. 'Roll' restarts one instance after another, the next only after the one before has proved the change.
       */
      strategy: 'Reload' | 'Roll';
      /**
       * Shortest time between two reloads, in milliseconds: changes within it are put together. A revocation does not wait for it. Default 500.
       */
      windowMilliseconds: number;
    };
    /**
     * Where the broker runs: exactly one of `managed`, `ref` and `external`. Without it the broker is compiled, but nothing is expected to load it; local mode needs no more.
     */
    workload?: {
      /**
       * The operator runs Mosquitto and its agent as a StatefulSet.
       */
      managed?: {
        /**
         * Image of Mosquitto. When absent, one of `mosquitto.version` that the operator knows.
         */
        image?: string;
        /**
         * Image of the agent. When absent, that of the operator.
         */
        agentImage?: string;
        /**
         * Secrets with credentials for the registries.
         *
         * Items: One Secret.
         */
        imagePullSecrets?: {
          /**
           * Name of the Secret, in the namespace of the broker.
           */
          name: string;
        }[];
        /**
         * Number of brokers. Mosquitto does not cluster: each replica is a broker of its own, with its own sessions, retained messages and messages in flight.
         */
        replicas: number;
        /**
         * Says that it is known that replicas share nothing; needed by more than one replica.
         */
        acknowledgeNoClustering: boolean;
        /**
         * Volume on which sessions and retained messages survive a restart; it goes when the broker is deleted. When absent they do not.
         */
        storage?: {
          /**
           * Size of the volume, a Kubernetes quantity such as '1Gi'.
           */
          size: number | string;
          /**
           * Storage class of the volume. When absent, the default of the cluster.
           */
          storageClassName?: string;
        };
        /**
         * Compute resources of the Mosquitto container.
         */
        resources?: {
          /**
           * What is reserved, by resource name (`cpu`, `memory`).
           */
          requests?: {
            /**
             * A Kubernetes quantity, such as '500m' or '64Mi'.
             */
            [k: string]: number | string;
          };
          /**
           * The most that may be used, by resource name.
           */
          limits?: {
            /**
             * A Kubernetes quantity, such as '500m' or '64Mi'.
             */
            [k: string]: number | string;
          };
        };
        /**
         * Labels that a node must have to run the broker.
         */
        nodeSelector?: {
          /**
           * Value of the label.
           */
          [k: string]: string;
        };
        /**
         * The Service in front of the listeners.
         */
        service: {
          /**
           * Type of the Service.
           */
          type: 'ClusterIP' | 'NodePort' | 'LoadBalancer';
        };
      };
      /**
       * A workload of your own, in the namespace of the broker, that has the agent beside Mosquitto.
       */
      ref?: {
        /**
         * Kind of the workload.
         */
        kind: 'StatefulSet' | 'Deployment';
        /**
         * Name of the workload.
         */
        name: string;
      };
      /**
       * Brokers outside the cluster, each with an agent that reads its bundle from here.
       */
      external?: {
        /**
         * Names of the instances that are expected to load the bundle, 1 to 16.
         *
         * Items: Name of one instance, at most 63 characters.
         */
        instances: string[];
      };
    };
    /**
     * Limits of the broker. What is absent is the default of Mosquitto.
     */
    limits: {
      /**
       * Largest MQTT packet in bytes, its length field not counted; a client that sends a larger one is disconnected. Default 1048576 (1 MiB). Mosquitto 2.0 does not keep to it over WebSockets.
       */
      maxPacketSizeBytes: number;
      /**
       * Largest payload in bytes; a larger message is dropped. At most `maxPacketSizeBytes`.
       */
      messageSizeLimitBytes?: number;
      /**
       * Longest keep-alive in seconds that a client may ask for. A client of MQTT 5 that asks for more is told this one; one of 3.1.1 is refused by Mosquitto 2.1, and let in by 2.0.
       */
      maxKeepaliveSeconds?: number;
      /**
       * Seconds after which the session of an absent client is forgotten: whole hours, a multiple of 3600 (Mosquitto 2.0 knows nothing finer).
       */
      persistentClientExpirationSeconds?: number;
      /**
       * Most messages queued for one client beyond those in flight.
       */
      maxQueuedMessages?: number;
      /**
       * Most bytes queued for one client beyond those in flight.
       */
      maxQueuedBytes?: number;
      /**
       * Most messages with quality of service 1 or 2 on the way to one client.
       */
      maxInflightMessages?: number;
    };
    /**
     * What is watched beyond connects and disconnects.
     */
    monitoring?: {
      /**
       * 'Enabled' lets the agent read the topics of the fleet on its local listener, to count size and novelty of messages by identity.
       */
      observe: 'Disabled' | 'Enabled';
      /**
       * 'Enabled' counts publishes that the rules refused, by identity. It needs the debug log of Mosquitto, which leaves a third to a tenth of its highest throughput.
       */
      aclViolations: 'Disabled' | 'Enabled';
      /**
       * 'Enabled' has the agent count connections, refused publishes, oversize packets, floods and takeovers by identity in its metrics, of 1,000 identities at a time; all others are one more series.
       */
      deviceMetrics: 'Disabled' | 'Enabled';
      /**
       * A topic such as 'admin/alerts' on which the agent publishes what it tells in its audit log, as the same JSON, with quality of service 1. Who is to read it needs a rule for that; a device or backend with a rule to publish there is refused, for it could forge alerts. When absent nothing is published.
       */
      alertTopic?: string;
      /**
       * When the agent tells of something, where that is not as usual; at most 36. The rule of the role of an identity counts, else the one of role 'Any', else the default. Lockouts count for themselves.
       *
       * Items: One event, for one role or all.
       */
      rules?: {
        /**
         * What is watched, as the audit log names it: 'AuthenticationFailed', 'PublishDenied' (needs `aclViolations`), 'ConnectStorm', 'Oversize', 'Flood', 'Takeover', 'TopicUnseen' and 'SizeUnusual' (both need `observe`; of whom the topic names), and 'Silent', a device that was there and is away for long.
         */
        event:
          | 'AuthenticationFailed'
          | 'PublishDenied'
          | 'ConnectStorm'
          | 'Oversize'
          | 'Flood'
          | 'Takeover'
          | 'Silent'
          | 'TopicUnseen'
          | 'SizeUnusual';
        /**
         * For which identities: those whose templates have this role at the highest, or 'Any' for all that have no rule of their own.
         */
        role: 'Any' | 'Device' | 'Backend' | 'Admin';
        /**
         * 'Disabled' tells nothing. Default 'Enabled'.
         */
        alert: 'Enabled' | 'Disabled';
        /**
         * So many within the window are told. Defaults: 10 for 'AuthenticationFailed', 20 for 'ConnectStorm', 3 for 'Takeover', 1 for the others.
         */
        threshold?: number;
        /**
         * Length in seconds of the window, and at least so long until the same is told again. For 'Silent' how long an identity may be away. Default 60, and 3600 for 'Silent', which is off without a rule.
         */
        windowSeconds?: number;
      }[];
    };
    /**
     * Blocks an identity for a while because of its own authenticated acts (refused publishes, floods, oversize packets, reconnect storms). Failed logins never block: anyone can cause them in the name of another. When absent nobody is blocked.
     */
    lockout?: {
      /**
       * Number of such acts within `windowSeconds` that block. Default 20.
       */
      maxFailures: number;
      /**
       * Length in seconds of the window in which they are counted. Default 60.
       */
      windowSeconds: number;
      /**
       * Seconds for which the identity is blocked. Default 900 (15 minutes).
       */
      blockSeconds: number;
    };
    /**
     * For a broker that asks `mqttsec authz` over HTTP: who issues the tokens (JWT, RFC 7519) that devices of authentication 'Token' log in with, as their password. Mosquitto cannot check tokens, so such a broker has no `workload`.
     */
    tokens?: {
      /**
       * The issuers, each once, at most 8.
       *
       * Items: One issuer, and what its tokens have to say.
       */
      issuers: {
        /**
         * The claim `iss` of its tokens, exactly as they have it.
         */
        issuer: string;
        /**
         * Stands in the claim `aud` of its tokens, so that one that was issued for something else is of no use here.
         */
        audience: string;
        /**
         * Where the public keys of the issuer are, as a JSON Web Key Set (RFC 7517): exactly one of `ref` and `url`.
         */
        jwks: {
          /**
           * The object that holds the key set. `mqttsec authz` needs the right to read it.
           */
          ref?: {
            /**
             * Kind of the object that holds the value.
             */
            kind: 'ConfigMap' | 'Secret';
            /**
             * Name of that object, in the namespace of this one.
             */
            name: string;
            /**
             * Key of its data that holds the value.
             */
            key: string;
          };
          /**
           * Address of the key set, https, without user information. Redirects are not followed, and addresses of the machine that reads it are refused.
           */
          url?: string;
          /**
           * CA of the web server, in PEM, for `url`. When absent, those that the system trusts.
           */
          caRef?: {
            /**
             * Kind of the object that holds the value.
             */
            kind: 'ConfigMap' | 'Secret';
            /**
             * Name of that object, in the namespace of this one.
             */
            name: string;
            /**
             * Key of its data that holds the value.
             */
            key: string;
          };
          /**
           * Seconds after which the keys are read again. A token by a key that is not known has them read at once, every ten seconds at most. Keys that could not be read again for four times as long let nobody in. Default 300.
           */
          refreshSeconds: number;
        };
        /**
         * Algorithms by which its tokens may be signed (RFC 7518 section 3.1, RFC 8037). None with a shared secret, and not 'none'. Default RS256 and ES256.
         *
         * Items: One algorithm.
         */
        algorithms: (
          'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA'
        )[];
        /**
         * The claim that is the identity of the device, exactly as the broker sees it: user name and client ID. Default `sub`.
         */
        identityClaim: string;
        /**
         * What else its tokens have to say, at most 16.
         *
         * Items: One claim.
         */
        requiredClaims?: {
          /**
           * Its name, at the top of the token.
           */
          name: string;
          /**
           * What it is; of a list, or of the words of `scope` (RFC 8693 section 4.2), one of them.
           */
          value: string;
        }[];
        /**
         * A token that goes on for longer than this after it is shown lets nobody in, for nobody can take a token back. Default 86400 (a day).
         */
        maxLifetimeSeconds: number;
        /**
         * By so much the clock of the issuer may differ: a token counts so much longer, and so much earlier. Default 30.
         */
        clockSkewSeconds: number;
      }[];
    };
  };
  /**
   * What was observed; written by the operator.
   */
  status?: {
    /**
     * Generation of the object that this status is about; -1 until the object was seen for the first time.
     */
    observedGeneration?: number;
    /**
     * State of the object: `Ready` in sum, `Accepted`, `ResolvedRefs` and `Programmed`, and the pair `Reconciling` and `Stalled`, which are present only while true.
     *
     * Items: One condition.
     */
    conditions?: {
      /**
       * Type of the condition, such as `Ready`.
       */
      type: string;
      /**
       * Whether the condition holds.
       */
      status: 'True' | 'False' | 'Unknown';
      /**
       * Why, as a CamelCase word; docs/reference/reasons.md lists them.
       */
      reason: string;
      /**
       * The same for people. At most 4,096 characters.
       */
      message: string;
      /**
       * When `status` last changed. RFC 3339 time.
       */
      lastTransitionTime: string;
      /**
       * Generation of the object that the condition is about.
       */
      observedGeneration?: number;
    }[];
    /**
     * The bundle that was published last.
     */
    bundle?: {
      /**
       * Revision; it grows with each change of content.
       */
      revision?: number;
      /**
       * Names the content. Lower-case hex of a SHA-256.
       */
      hash?: string;
      /**
       * Number of identities that may be connected.
       */
      identities?: number;
      /**
       * Size of all parts in bytes.
       */
      bytes?: number;
    };
    /**
     * The brokers that are expected to load the bundle.
     */
    instances?: {
      /**
       * How many there are.
       */
      expected?: number;
      /**
       * How many of them have loaded the published bundle and proved it.
       */
      programmed?: number;
    };
    /**
     * Revocation lists in force, one per trusted CA.
     *
     * Items: One list.
     */
    crls?: {
      /**
       * Name of the CA in `spec.clientCertificates.trustedCas`.
       */
      ca: string;
      /**
       * Number of the list (RFC 5280 section 5.2.3).
       */
      number?: number;
      /**
       * When the list runs out. RFC 3339 time.
       */
      nextUpdate?: string;
      /**
       * Number of certificates on it.
       */
      entries?: number;
    }[];
    /**
     * How many unexpired certificates of devices each CA has.
     *
     * Items: One CA.
     */
    certificatesPerCa?: {
      /**
       * Name of the CA, or its key identifier when it is no longer trusted.
       */
      ca: string;
      /**
       * Number of certificates.
       */
      certificates?: number;
    }[];
    /**
     * Certificates of devices that are to be renewed, counted at the last full hour, beside how many were issued in one hour before: what the issuer is known to bear.
     */
    renewals?: {
      /**
       * Were due before that hour, and are not renewed.
       */
      overdue?: number;
      /**
       * Due within one hour from then.
       */
      nextHour?: number;
      /**
       * Due within 24 hours, those of the first hour among them.
       */
      nextDay?: number;
      /**
       * Due within 7 days, those of the first day among them.
       */
      nextWeek?: number;
      /**
       * Most that were issued in one of the hours of the last 7 days.
       */
      mostIssuedPerHour?: number;
    };
  };
}

/**
 * The topic rights of a kind of device, service or person, written once and used by many MqttDevices.
 */
export interface AclTemplate {
  apiVersion: 'mqttsecurity.io/v1alpha1';
  kind: 'AclTemplate';
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: {
      [k: string]: string;
    };
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What is wanted.
   */
  spec: {
    /**
     * What the template is for. At most 512 characters.
     */
    description?: string;
    /**
     * How far the rules may reach. 'Device': a Publish topic has '{device}' before its first wildcard, or no wildcard and a '{device}' or '{group}' level; a Subscribe topic has a literal or variable level before its first wildcard; no topic begins with '$'. 'Backend': anything but a bare '#'. 'Admin': everything, '$CONTROL' only with `allowControl`.
     */
    role: 'Device' | 'Backend' | 'Admin';
    /**
     * Whether rules may reach topics that begin with '$CONTROL', the remote control of the broker; for 'Admin' only.
     */
    allowControl: boolean;
    /**
     * Values that a device fills in; rules use them as '{param.NAME}'.
     */
    parameters: {
      /**
       * The parameters by name, at most 32. A name is a letter followed by at most 62 letters, digits, '_' and '-'.
       */
      properties?: {
        /**
         * One parameter.
         */
        [k: string]: {
          /**
           * Type of the value, as in JSON Schema.
           */
          type: 'string' | 'integer' | 'boolean';
          /**
           * What the value is for. At most 512 characters.
           */
          description?: string;
          /**
           * The only values allowed, 1 to 64 strings or integers.
           *
           * Items: One value.
           */
          enum?: (number | string)[];
          /**
           * Fewest characters of a string.
           */
          minLength?: number;
          /**
           * Most characters of a string.
           */
          maxLength?: number;
          /**
           * Lowest integer.
           */
          minimum?: number;
          /**
           * Highest integer.
           */
          maximum?: number;
          /**
           * Value when none is given: a string of at most 256 characters, an integer or a boolean, as `type` says.
           */
          default?: string | number | boolean;
        };
      };
      /**
       * Names of the parameters that every device must give.
       *
       * Items: Name of a parameter.
       */
      required?: string[];
    };
    /**
     * The rights, 1 to 64 rules. Their order does not matter.
     *
     * Items: One rule.
     */
    rules: {
      /**
       * Whether the rule grants or takes away. 'Deny' wins over every 'Allow', wherever either stands.
       */
      effect: 'Allow' | 'Deny';
      /**
       * What an 'Allow' rule grants: 'Publish' is sending to matching topics, 'Subscribe' is being delivered messages of matching topics. A 'Deny' rule has none, for it always takes both away (Mosquitto cannot deny one alone).
       *
       * Items: One action.
       */
      actions?: ('Publish' | 'Subscribe')[];
      /**
       * Topic filter that the rule is about (MQTT 5.0 section 4.7), at most 1,024 characters. Whole levels may be '+', '#' (last level only) or a variable: '{device}' is the effective identity, '{group}' repeats the rule for each group of the device, '{namespace}' is the namespace of the device, '{param.NAME}' is the value of a parameter of the template. A variable fills exactly one level and never part of one. Control characters and white space at either end are refused.
       */
      topic: string;
      /**
       * What the rule is for; `mqttsec can-i --explain` shows it. At most 512 characters.
       */
      description?: string;
    }[];
  };
  /**
   * What was observed; written by the operator.
   */
  status?: {
    /**
     * Generation of the object that this status is about; -1 until the object was seen for the first time.
     */
    observedGeneration?: number;
    /**
     * State of the object: `Ready` in sum and `Accepted`, and the pair `Reconciling` and `Stalled`, which are present only while true.
     *
     * Items: One condition.
     */
    conditions?: {
      /**
       * Type of the condition, such as `Ready`.
       */
      type: string;
      /**
       * Whether the condition holds.
       */
      status: 'True' | 'False' | 'Unknown';
      /**
       * Why, as a CamelCase word; docs/reference/reasons.md lists them.
       */
      reason: string;
      /**
       * The same for people. At most 4,096 characters.
       */
      message: string;
      /**
       * When `status` last changed. RFC 3339 time.
       */
      lastTransitionTime: string;
      /**
       * Generation of the object that the condition is about.
       */
      observedGeneration?: number;
    }[];
    /**
     * Number of devices that use the template, directly or as a default of their broker.
     */
    devices?: number;
  };
}

/**
 * One identity on one broker: a device, a backend service or a person.
 */
export interface MqttDevice {
  apiVersion: 'mqttsecurity.io/v1alpha1';
  kind: 'MqttDevice';
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: {
      [k: string]: string;
    };
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What is wanted.
   */
  spec: {
    /**
     * The broker. It cannot be changed.
     */
    brokerRef: {
      /**
       * Name of the MqttBroker.
       */
      name: string;
      /**
       * Namespace of the MqttBroker, which must admit this one in `allowedNamespaces`. When absent, the namespace of the device.
       */
      namespace?: string;
    };
    /**
     * Name of the device on the broker: user name, common name of the certificate and client ID at once. When absent, the name of this object. It cannot be changed. At most 64 characters: letters, digits and '.', '_', ':', '@', '-' between them; no ':' with a password, no '.' unless the broker admits only its own namespace. Of a device from another namespace the broker sees 'NAMESPACE.identity', which is at most 64 characters too.
     */
    identity?: string;
    /**
     * Templates that give the device its rights, at most 16.
     *
     * Items: One template in use.
     */
    templateRefs?: {
      /**
       * Name of the AclTemplate, in the namespace of this object.
       */
      name: string;
      /**
       * Values for the parameters of the template, by name: strings of at most 256 characters, integers or booleans. A value that fills a topic level may hold no '/', '+', '#' or control character and may not begin with '$'.
       */
      parameters?: {
        /**
         * One value: a string of at most 256 characters, an integer or a boolean.
         */
        [k: string]: string | number | boolean;
      };
    }[];
    /**
     * Groups of the device, at most 32; rules with '{group}' are repeated for each.
     *
     * Items: Name of one group: at most 64 letters, digits and '.', '_', ':', '@', '-' between them.
     */
    groups?: string[];
    /**
     * How the device proves who it is. Changing 'Certificate' to another type revokes the certificates that are still valid.
     */
    authentication: {
      /**
       * 'Certificate' or 'Password', then the broker needs a listener of the same kind; or 'Token', on a broker with `tokens`: the device logs in with a token of one of the issuers as its password.
       */
      type: 'Certificate' | 'Password' | 'Token';
      /**
       * For 'Certificate'. When absent, a DeviceCertificate is written by hand.
       */
      certificate?: {
        /**
         * The operator makes a DeviceCertificate with the name of the device from this.
         */
        template?: {
          /**
           * Requested lifetime of each certificate. When absent, the `clientCertificates.duration` of the broker. A change takes effect at the next renewal. A Go duration of hours, minutes and seconds, such as '2160h' or '1h30m'; at least 1h, at most 87600h (10 years).
           */
          duration?: string;
          /**
           * How long before its end a certificate is renewed. When absent, the `clientCertificates.renewBefore` of the broker. A Go duration of hours, minutes and seconds, such as '720h'; at least 5m and shorter than `duration`.
           */
          renewBefore?: string;
          /**
           * How the private key is made when it is made in the cluster. When neither this nor `csr` is given: ECDSA on P-256, a new key at each renewal.
           */
          privateKey?: {
            /**
             * Algorithm of the key.
             */
            algorithm: 'ECDSA' | 'RSA' | 'Ed25519';
            /**
             * Size of the key in bits: 256, 384 or 521 for 'ECDSA' (default 256), 2048, 3072 or 4096 for 'RSA' (default 2048), not for 'Ed25519'.
             */
            size?: number;
            /**
             * 'Always' makes a new key at each renewal, 'Never' keeps the key.
             */
            rotationPolicy: 'Always' | 'Never';
          };
          /**
           * Certificate signing request (PKCS #10) in PEM, at most 8,192 characters, made on the device, so that its private key never leaves it. Its subject must be the effective identity as common name, its signature must verify, and it may ask for no CA rights and no foreign names. A renewal signs the same request again; a changed request is signed at once.
           */
          csr?: string;
          /**
           * Secret that receives key and certificate (keys `tls.key`, `tls.crt`, `ca.crt`). When absent, the name of the DeviceCertificate with `-tls` appended. A Secret that exists and was not made for this object is never touched.
           */
          secretName?: string;
          /**
           * What happens to the previous certificate after a renewal.
           */
          previousCertificate?: {
            /**
             * Seconds after a renewal at which the previous certificate is revoked; when absent it stays valid until its own end.
             */
            revokeAfterSeconds?: number;
          };
          /**
           * Further forms in which key and certificate are put into the Secret.
           */
          keystores?: {
            /**
             * Adds `keystore.p12` and `truststore.p12` to the Secret.
             */
            pkcs12?: {
              /**
               * Secret that holds the password of the key store.
               */
              passwordSecretRef: {
                /**
                 * Name of the Secret, in the namespace of this object.
                 */
                name: string;
                /**
                 * Key of its data that holds the password.
                 */
                key: string;
              };
              /**
               * Encryption of the key store: 'Modern2023' is AES-256-CBC with PBKDF2, 'LegacyDES' is 3DES for old readers.
               */
              profile: 'Modern2023' | 'LegacyDES';
            };
          };
        };
      };
      /**
       * For 'Password': exactly one of `generate`, `hash` and `secretRef`.
       */
      password?: {
        /**
         * The operator makes a password of at least 128 bits and keeps it in the Secret that is named as the device with `-password` appended (keys `username` and `password`). Has no fields.
         */
        generate?: {};
        /**
         * Line of a Mosquitto password file without the user name: '$7$' (PBKDF2 with SHA-512) or '$6$' (one round, weak), with a salt of 12 bytes, which every version of Mosquitto reads. `mqttsec hash` makes one. More than 101 iterations make each reload of the broker slower.
         */
        hash?: string;
        /**
         * Secret that holds the password in plain text.
         */
        secretRef?: {
          /**
           * Name of the Secret, in the namespace of the device.
           */
          name: string;
          /**
           * Key of its data that holds the password.
           */
          key: string;
        };
        /**
         * Change this number to have a new password generated. Counts as 1 when absent; for `generate` only.
         */
        revision?: number;
      };
    };
    /**
     * Rules that this device has beside its templates, at most 32, within the limits of the highest role among its templates.
     *
     * Items: One rule.
     */
    rules?: {
      /**
       * Whether the rule grants or takes away. 'Deny' wins over every 'Allow', wherever either stands.
       */
      effect: 'Allow' | 'Deny';
      /**
       * What an 'Allow' rule grants: 'Publish' is sending to matching topics, 'Subscribe' is being delivered messages of matching topics. A 'Deny' rule has none, for it always takes both away (Mosquitto cannot deny one alone).
       *
       * Items: One action.
       */
      actions?: ('Publish' | 'Subscribe')[];
      /**
       * Topic filter that the rule is about (MQTT 5.0 section 4.7), at most 1,024 characters. Whole levels may be '+', '#' (last level only) or a variable: '{device}' is the effective identity, '{group}' repeats the rule for each group of the device, '{namespace}' is the namespace of the device, '{param.NAME}' is the value of a parameter of the template. A variable fills exactly one level and never part of one. Control characters and white space at either end are refused.
       */
      topic: string;
      /**
       * What the rule is for; `mqttsec can-i --explain` shows it. At most 512 characters.
       */
      description?: string;
      /**
       * When the rule ends by itself. RFC 3339 time, such as '2030-01-31T00:00:00Z'.
       */
      expiresAt?: string;
    }[];
    /**
     * Takes all rights away until it is false again; sessions, certificate and password stay.
     */
    suspended: boolean;
    /**
     * When the device loses its rights and its session by itself. RFC 3339 time, such as '2030-01-31T00:00:00Z'.
     */
    expiresAt?: string;
    /**
     * Takes the device off for good: its certificates are revoked, its session is ended. Cannot be changed or removed once it is set: the way back is a new object. To take rights away for a while use `suspended`.
     */
    revoked?: {
      /**
       * Why, as a reason of X.509 revocation lists (RFC 5280 section 5.3.1).
       */
      reason:
        | 'Unspecified'
        | 'KeyCompromise'
        | 'CaCompromise'
        | 'AffiliationChanged'
        | 'Superseded'
        | 'CessationOfOperation'
        | 'PrivilegeWithdrawn';
      /**
       * Since when the credential is not to be trusted; when absent, the time at which the operator first sees the revocation. RFC 3339 time, such as '2030-01-31T00:00:00Z'.
       */
      at?: string;
    };
  };
  /**
   * What was observed; written by the operator.
   */
  status?: {
    /**
     * Generation of the object that this status is about; -1 until the object was seen for the first time.
     */
    observedGeneration?: number;
    /**
     * State of the object: `Ready` in sum, `Accepted`, `ResolvedRefs`, `Issued` and `Programmed`, the pair `Reconciling` and `Stalled`, which are present only while true, and `Acknowledged`, which is present only while it is false: the device did not answer to a notice in half of its time.
     *
     * Items: One condition.
     */
    conditions?: {
      /**
       * Type of the condition, such as `Ready`.
       */
      type: string;
      /**
       * Whether the condition holds.
       */
      status: 'True' | 'False' | 'Unknown';
      /**
       * Why, as a CamelCase word; docs/reference/reasons.md lists them.
       */
      reason: string;
      /**
       * The same for people. At most 4,096 characters.
       */
      message: string;
      /**
       * When `status` last changed. RFC 3339 time.
       */
      lastTransitionTime: string;
      /**
       * Generation of the object that the condition is about.
       */
      observedGeneration?: number;
    }[];
    /**
     * The effective identity.
     */
    identity?: string;
    /**
     * Names rules and credential; `Programmed` is about these. Lower-case hex of a SHA-256.
     */
    rulesHash?: string;
    /**
     * Revision of the first bundle that held them.
     */
    bundleRevision?: number;
    /**
     * The certificate in force.
     */
    certificate?: {
      /**
       * Serial number, lower-case hex without leading zeros.
       */
      serialNumber?: string;
      /**
       * End of the validity. RFC 3339 time.
       */
      notAfter?: string;
    };
    /**
     * Present while the device is blocked because of its own acts.
     */
    lockout?: {
      /**
       * Kind of act that led to it, a CamelCase word.
       */
      reason?: string;
      /**
       * Begin of the block. RFC 3339 time.
       */
      since?: string;
      /**
       * End of the block. RFC 3339 time.
       */
      until: string;
    };
    /**
     * How far taking back has come, step by step, each with the time at which it was seen done; absent while nothing is taken back. A certificate that comes to light later goes the same way again.
     */
    revocation?: {
      /**
       * Why, as the revocation list names it; 'CertificateHold' while the device is suspended.
       */
      reason:
        | 'Unspecified'
        | 'KeyCompromise'
        | 'CaCompromise'
        | 'AffiliationChanged'
        | 'Superseded'
        | 'CessationOfOperation'
        | 'PrivilegeWithdrawn'
        | 'CertificateHold';
      /**
       * Unexpired certificates that are taken back.
       */
      certificates: number;
      /**
       * When the operator saw that they are to be taken back; from then on nothing is issued. RFC 3339 time.
       */
      begunAt: string;
      /**
       * When all of them were in the ledger of their CA, or a hold on its revocation list. RFC 3339 time.
       */
      recordedAt?: string;
      /**
       * When the brokers were told: rules, identities and revocation lists without them. RFC 3339 time.
       */
      publishedAt?: string;
      /**
       * When every expected instance had loaded that and proved it. RFC 3339 time.
       */
      provedAt?: string;
      /**
       * When every expected instance had ended the sessions; absent for a hold, which keeps them. RFC 3339 time.
       */
      disconnectedAt?: string;
      /**
       * When Certificate and Secret were gone; absent for a hold, which keeps them. RFC 3339 time.
       */
      deletedAt?: string;
    };
    /**
     * Value of the annotation `mqttsecurity.io/unlock-at` that was acted on last. RFC 3339 time.
     */
    lastHandledUnlockAt?: string;
  };
}

/**
 * One line of certificates of a device, from issue through renewals to revocation. Usually made by the operator from `authentication.certificate.template` of the MqttDevice.
 */
export interface DeviceCertificate {
  apiVersion: 'mqttsecurity.io/v1alpha1';
  kind: 'DeviceCertificate';
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: {
      [k: string]: string;
    };
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * What is wanted.
   */
  spec: {
    /**
     * The MqttDevice, in the same namespace. It cannot be changed.
     */
    deviceRef: {
      /**
       * Name of the MqttDevice.
       */
      name: string;
    };
    /**
     * Requested lifetime of each certificate. When absent, the `clientCertificates.duration` of the broker. A change takes effect at the next renewal. A Go duration of hours, minutes and seconds, such as '2160h' or '1h30m'; at least 1h, at most 87600h (10 years).
     */
    duration?: string;
    /**
     * How long before its end a certificate is renewed. When absent, the `clientCertificates.renewBefore` of the broker. A Go duration of hours, minutes and seconds, such as '720h'; at least 5m and shorter than `duration`.
     */
    renewBefore?: string;
    /**
     * How the private key is made when it is made in the cluster. When neither this nor `csr` is given: ECDSA on P-256, a new key at each renewal.
     */
    privateKey?: {
      /**
       * Algorithm of the key.
       */
      algorithm: 'ECDSA' | 'RSA' | 'Ed25519';
      /**
       * Size of the key in bits: 256, 384 or 521 for 'ECDSA' (default 256), 2048, 3072 or 4096 for 'RSA' (default 2048), not for 'Ed25519'.
       */
      size?: number;
      /**
       * 'Always' makes a new key at each renewal, 'Never' keeps the key.
       */
      rotationPolicy: 'Always' | 'Never';
    };
    /**
     * Certificate signing request (PKCS #10) in PEM, at most 8,192 characters, made on the device, so that its private key never leaves it. Its subject must be the effective identity as common name, its signature must verify, and it may ask for no CA rights and no foreign names. A renewal signs the same request again; a changed request is signed at once.
     */
    csr?: string;
    /**
     * Secret that receives key and certificate (keys `tls.key`, `tls.crt`, `ca.crt`). When absent, the name of the DeviceCertificate with `-tls` appended. A Secret that exists and was not made for this object is never touched.
     */
    secretName?: string;
    /**
     * What happens to the previous certificate after a renewal.
     */
    previousCertificate?: {
      /**
       * Seconds after a renewal at which the previous certificate is revoked; when absent it stays valid until its own end.
       */
      revokeAfterSeconds?: number;
    };
    /**
     * Further forms in which key and certificate are put into the Secret.
     */
    keystores?: {
      /**
       * Adds `keystore.p12` and `truststore.p12` to the Secret.
       */
      pkcs12?: {
        /**
         * Secret that holds the password of the key store.
         */
        passwordSecretRef: {
          /**
           * Name of the Secret, in the namespace of this object.
           */
          name: string;
          /**
           * Key of its data that holds the password.
           */
          key: string;
        };
        /**
         * Encryption of the key store: 'Modern2023' is AES-256-CBC with PBKDF2, 'LegacyDES' is 3DES for old readers.
         */
        profile: 'Modern2023' | 'LegacyDES';
      };
    };
    /**
     * Revokes all certificates of this line and issues no more. Cannot be changed or removed once it is set: the way back is a new object.
     */
    revoked?: {
      /**
       * Why, as a reason of X.509 revocation lists (RFC 5280 section 5.3.1).
       */
      reason:
        | 'Unspecified'
        | 'KeyCompromise'
        | 'CaCompromise'
        | 'AffiliationChanged'
        | 'Superseded'
        | 'CessationOfOperation'
        | 'PrivilegeWithdrawn';
      /**
       * Since when the credential is not to be trusted; when absent, the time at which the operator first sees the revocation. RFC 3339 time, such as '2030-01-31T00:00:00Z'.
       */
      at?: string;
    };
  };
  /**
   * What was observed; written by the operator.
   */
  status?: {
    /**
     * Generation of the object that this status is about; -1 until the object was seen for the first time.
     */
    observedGeneration?: number;
    /**
     * State of the object: `Ready` in sum, `Accepted`, `ResolvedRefs` and `Issued`, `Acknowledged` once the device was told of a new certificate, and the pair `Reconciling` and `Stalled`, which are present only while true.
     *
     * Items: One condition.
     */
    conditions?: {
      /**
       * Type of the condition, such as `Ready`.
       */
      type: string;
      /**
       * Whether the condition holds.
       */
      status: 'True' | 'False' | 'Unknown';
      /**
       * Why, as a CamelCase word; docs/reference/reasons.md lists them.
       */
      reason: string;
      /**
       * The same for people. At most 4,096 characters.
       */
      message: string;
      /**
       * When `status` last changed. RFC 3339 time.
       */
      lastTransitionTime: string;
      /**
       * Generation of the object that the condition is about.
       */
      observedGeneration?: number;
    }[];
    /**
     * Serial number, lower-case hex without leading zeros.
     */
    serialNumber?: string;
    /**
     * SHA-256 of the DER form, lower-case hex.
     */
    fingerprint?: string;
    /**
     * Begin of the validity. RFC 3339 time.
     */
    notBefore?: string;
    /**
     * End of the validity. RFC 3339 time.
     */
    notAfter?: string;
    /**
     * When the certificate is to be renewed. RFC 3339 time.
     */
    renewalTime?: string;
    /**
     * Number of certificates issued so far.
     */
    revision?: number;
    /**
     * Common name of the certificate.
     */
    identity?: string;
    /**
     * SHA-256 of the public key of the CA that issued it, lower-case hex.
     */
    caKeyId?: string;
    /**
     * When it was asked for. RFC 3339 time.
     */
    issuedAt?: string;
    /**
     * Further certificates that are not past their end, former or revoked, the latest first, at most 20.
     *
     * Items: One certificate.
     */
    history?: {
      /**
       * Serial number, lower-case hex without leading zeros.
       */
      serialNumber: string;
      /**
       * SHA-256 of the DER form, lower-case hex.
       */
      fingerprint?: string;
      /**
       * Begin of the validity. RFC 3339 time.
       */
      notBefore?: string;
      /**
       * End of the validity. RFC 3339 time.
       */
      notAfter: string;
      /**
       * Common name of the certificate.
       */
      identity?: string;
      /**
       * SHA-256 of the public key of the CA that issued it, lower-case hex.
       */
      caKeyId?: string;
      /**
       * When it was asked for. RFC 3339 time.
       */
      issuedAt?: string;
      /**
       * When it was revoked; absent when it was not. RFC 3339 time.
       */
      revokedAt?: string;
    }[];
    /**
     * When the device said that it uses the present certificate. RFC 3339 time.
     */
    acknowledgedAt?: string;
    /**
     * The present certificate with its chain, in PEM, when it was made from `csr`. At most 65,536 characters.
     */
    certificate?: string;
    /**
     * How far taking back has come, step by step, each with the time at which it was seen done; absent while nothing is taken back. A certificate that comes to light later goes the same way again.
     */
    revocation?: {
      /**
       * Why, as the revocation list names it; 'CertificateHold' while the device is suspended.
       */
      reason:
        | 'Unspecified'
        | 'KeyCompromise'
        | 'CaCompromise'
        | 'AffiliationChanged'
        | 'Superseded'
        | 'CessationOfOperation'
        | 'PrivilegeWithdrawn'
        | 'CertificateHold';
      /**
       * Unexpired certificates that are taken back.
       */
      certificates: number;
      /**
       * When the operator saw that they are to be taken back; from then on nothing is issued. RFC 3339 time.
       */
      begunAt: string;
      /**
       * When all of them were in the ledger of their CA, or a hold on its revocation list. RFC 3339 time.
       */
      recordedAt?: string;
      /**
       * When the brokers were told: rules, identities and revocation lists without them. RFC 3339 time.
       */
      publishedAt?: string;
      /**
       * When every expected instance had loaded that and proved it. RFC 3339 time.
       */
      provedAt?: string;
      /**
       * When every expected instance had ended the sessions; absent for a hold, which keeps them. RFC 3339 time.
       */
      disconnectedAt?: string;
      /**
       * When Certificate and Secret were gone; absent for a hold, which keeps them. RFC 3339 time.
       */
      deletedAt?: string;
    };
    /**
     * Value of the annotation `mqttsecurity.io/renew-at` that was acted on last. RFC 3339 time.
     */
    lastHandledRenewAt?: string;
  };
}

/**
 * One running Mosquitto as its agent sees it: made by the operator, its status written by the agent. It is named as its pod or as the external instance, and nobody needs to write one by hand.
 */
export interface BrokerInstance {
  apiVersion: 'mqttsecurity.io/v1alpha1';
  kind: 'BrokerInstance';
  metadata: {
    name: string;
    namespace?: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string | null;
    deletionTimestamp?: string;
    finalizers?: string[];
    labels?: {
      [k: string]: string;
    };
    annotations?: {
      [k: string]: string;
    };
  };
  /**
   * Which broker this is an instance of.
   */
  spec: {
    /**
     * The MqttBroker, in the same namespace.
     */
    brokerRef: {
      /**
       * Name of the MqttBroker.
       */
      name: string;
    };
    /**
     * UID of the pod; absent for an external instance.
     */
    podUid?: string;
  };
  /**
   * What the agent observed.
   */
  status?: {
    /**
     * Generation of the object that this status is about; -1 until the object was seen for the first time.
     */
    observedGeneration?: number;
    /**
     * State of the object: `Ready` in sum and `Programmed`, and the pair `Reconciling` and `Stalled`, which are present only while true.
     *
     * Items: One condition.
     */
    conditions?: {
      /**
       * Type of the condition, such as `Ready`.
       */
      type: string;
      /**
       * Whether the condition holds.
       */
      status: 'True' | 'False' | 'Unknown';
      /**
       * Why, as a CamelCase word; docs/reference/reasons.md lists them.
       */
      reason: string;
      /**
       * The same for people. At most 4,096 characters.
       */
      message: string;
      /**
       * When `status` last changed. RFC 3339 time.
       */
      lastTransitionTime: string;
      /**
       * Generation of the object that the condition is about.
       */
      observedGeneration?: number;
    }[];
    /**
     * Revision of the bundle whose enforcement was last proved; 0 before the first.
     */
    loadedRevision?: number;
    /**
     * Names the content of that bundle. Lower-case hex of a SHA-256.
     */
    loadedHash?: string;
    /**
     * When it was proved. RFC 3339 time.
     */
    provedAt?: string;
    /**
     * When the sessions were ended that it does not let on; there need not have been any. RFC 3339 time.
     */
    sessionsEndedAt?: string;
    /**
     * Milliseconds from the reload to the end of the proof.
     */
    proofMilliseconds?: number;
    /**
     * Version that the broker reports, such as `2.0.11`.
     */
    mosquittoVersion?: string;
    /**
     * The last failure in one line; empty when the last attempt went well. At most 1,024 characters.
     */
    lastError?: string;
    /**
     * A newer bundle that was not loaded; absent when there is none.
     */
    refused?: {
      /**
       * Its revision.
       */
      revision?: number;
      /**
       * The checks that refused it, in their order.
       *
       * Items: One check.
       */
      refusals?: {
        /**
         * Name of the check.
         */
        check: string;
        /**
         * What it found. At most 1,024 characters.
         */
        reason: string;
      }[];
    };
    /**
     * Identities that are blocked because of their own acts, at most 256.
     *
     * Items: One identity.
     */
    lockouts?: {
      /**
       * The effective identity.
       */
      identity: string;
      /**
       * Kind of act that led to it, a CamelCase word.
       */
      reason?: string;
      /**
       * Begin of the block. RFC 3339 time.
       */
      since?: string;
      /**
       * End of the block. RFC 3339 time.
       */
      until: string;
    }[];
    /**
     * Certificates that devices have said they use, the latest 512.
     *
     * Items: One identity.
     */
    acknowledgements?: {
      /**
       * The effective identity.
       */
      identity: string;
      /**
       * SHA-256 of the DER form of the certificate, lower-case hex.
       */
      fingerprint: string;
      /**
       * When the acknowledgement came. RFC 3339 time.
       */
      at: string;
    }[];
  };
}
