// Types of the API, made of its document: npm run generate:client
export interface paths {
    "/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens a session */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a refresh token for a new pair; shown a second time it ends its session */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the session of a refresh token */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives oneself another password, and ends all one's other sessions */
        post: operations["changePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whose token this is, and what it may be used for */
        get: operations["whoAmI"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Cycles, by number: where each stands, what it earned and what became of it */
        get: operations["listCycles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One cycle */
        get: operations["getCycle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/rewards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The numbers behind each amount of a cycle */
        get: operations["listRewards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a cycle owes, by amount */
        get: operations["listPaymentsOfCycle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The operations that pay a cycle, in the order in which they were signed */
        get: operations["listOperationsOfCycle"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payments, by cycle and within one by amount; or by amount alone */
        get: operations["listPayments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{payout}/{obligation}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One payment, by its payout and its obligation */
        get: operations["getPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{hash}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One operation that the wallet signed, and how it ended */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Delegators, by address, by what they were paid or by what they are owed */
        get: operations["listDelegators"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators/{delegator}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one delegator was paid, is owed, and on which terms */
        get: operations["getDelegator"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators/{delegator}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was owed to one delegator, by cycle */
        get: operations["listPaymentsOfDelegator"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators/{delegator}/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was carried for one delegator, and what became of it */
        get: operations["listMovementsOfDelegator"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ledger": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is owed across cycles; no balance is 0 */
        get: operations["listBalances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The baker's policy, ceilings, payer and mode */
        get: operations["getSettings"];
        /** Sets policy, ceilings and terms as a policy file does, for every cycle that is not planned yet */
        put: operations["setSettings"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The wallet that pays: what stops it, what is under way, its balance by the node and how long that lasts */
        get: operations["getPayingWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{wallet}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What stops a wallet, what is under way, and what is asked of it */
        get: operations["getWallet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{wallet}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a wallet signed, in the order of signing */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{wallet}/foreign-operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A wallet's operations that TAPS did not sign */
        get: operations["listForeignOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallets/{wallet}/spending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What a wallet has spent, by the cycle that was paid */
        get: operations["listSpending"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payouts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Payouts, in the order in which they were planned */
        get: operations["listPayouts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payouts/{payout}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One payout: its newest plan and what came of it */
        get: operations["getPayout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bond-pool": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The bond pool's members as they stand */
        get: operations["getBondPool"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bond-pool/cycles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How what each cycle left was shared */
        get: operations["listBondCycles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who did what: all of it, or somebody's, of something, or of one kind */
        get: operations["listActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/payments.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All payments of a range of cycles, both ends included */
        get: operations["reportPayments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reports/statement/{delegator}.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one delegator was paid in a year, by the time at which each payment was final (UTC) */
        get: operations["reportStatement"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status/mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Switches whether TAPS pays: on, simulation (plans and pays nothing) or off */
        put: operations["switchMode"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Stops signing; what is signed is watched to its end */
        put: operations["pause"];
        post?: never;
        /** Lifts people's pauses and findings; answers what still stops signing */
        delete: operations["resume"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators/{delegator}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets one delegator's terms as a whole; what is not named follows the policy */
        put: operations["setTerms"];
        post?: never;
        /** Takes a delegator's terms away: it follows the policy alone */
        delete: operations["clearTerms"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bond-pool/members/{member}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Sets what a member put in and is charged; manager makes it the one who is paid the charges */
        put: operations["setBondPoolMember"];
        post?: never;
        /** Takes a member out; refused for the last one and for the manager while the pool is on */
        delete: operations["removeBondPoolMember"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/bond-pool/mode": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** On: what this and later cycles leave with the baker is shared among the members */
        put: operations["switchBondPool"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Has a cycle paid that TAPS would not pay by itself */
        post: operations["payCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stops new batches of a cycle, and all later cycles */
        post: operations["holdCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a held cycle go on */
        post: operations["releaseCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/recompute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks the source again for a cycle's rewards; refused once a payout is planned from them */
        post: operations["recomputeCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/skip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a cycle up for good; refused once a batch of it is formed */
        post: operations["skipCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payouts/{payout}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets a plan be paid that is above a ceiling */
        post: operations["approvePayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payouts/{payout}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Voids a plan before anything of it is sent, and holds the cycle; once released it is planned anew */
        post: operations["rejectPayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payouts/{payout}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pays on what a switch to off has withdrawn; a cycle is asked for by its number */
        post: operations["resumePayout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{payout}/{obligation}/hold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps what a payout owes to this receiver from being sent */
        post: operations["holdPayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{payout}/{obligation}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets what is held be sent, alone, to the recipient that a delegator's terms name now */
        post: operations["releasePayment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/ledger/adjustments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Adds to what a delegator is owed, or takes off, once a reference; the next plan takes it into account */
        post: operations["adjustLedger"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Reads a file of transfers, and answers what it would send and the digest that confirms it */
        post: operations["previewBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/batches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends the amounts of a file, once for a file; its digest is that of the preview */
        post: operations["sendBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends an amount through the wallet that pays, once for an id */
        post: operations["sendTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/wallet/delegate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delegates the wallet that pays, or withdraws its delegation */
        post: operations["delegateWallet"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/delegators/{delegator}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Pays now what the ledger owes to a delegator who has left */
        post: operations["settleDelegator"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/operations/{hash}/classify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says what an operation of the wallet was that TAPS did not sign: until then nothing is signed */
        post: operations["classifyOperation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/cycles/{cycle}/simulate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Works out from the source who would be owed what for a cycle, by the policy in force or another */
        post: operations["simulateCycle"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/reconcile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Holds the log against all that the wallet has signed on chain */
        post: operations["reconcile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What happens now, as server-sent events: `id` is the position in the log, `event` the type */
        get: operations["listenToEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is going on, and what it waits for; what a node shows is null while none answers */
        get: operations["getStatus"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/projections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where each read model stands in the log */
        get: operations["listProjections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{payout}/{obligation}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that led to what one delegator was paid for a cycle, with each event that says so */
        get: operations["explainPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/payments/{payout}/{obligation}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file that shows one delegator's payment and no other delegator's row, for taps audit check; the allocation is left out where it would show others' terms */
        get: operations["provePayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/whatif": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What past cycles would have given by another policy, from what the log recorded; writes nothing */
        post: operations["computeWhatIf"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/delegators/{delegator}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one delegator was paid in all */
        get: operations["getPublicDelegator"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/delegators/{delegator}/payments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What one delegator's rewards came to, by cycle, and the operations that paid them */
        get: operations["listPublicPaymentsOfDelegator"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/public/delegators/{delegator}/payments/{cycle}/proof": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A file that shows a delegator's own payment for a cycle, and no other delegator's, for taps audit check */
        get: operations["provePublicPayment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457 */
        Problem: {
            /** @description Where this type is explained */
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description The request's id */
            instance: string;
            faults?: {
                pointer: string;
                detail: string;
            }[];
            /** @description Of `refused`: the reason, for programs */
            code?: string;
        };
    };
    responses: never;
    parameters: {
        /** @description An id of one's own for the request, repeated in the answer */
        RequestId: string;
        /** @description The ETag of what is known: answered by 304 if it still holds */
        IfNoneMatch: string;
        /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
        IdempotencyKey: string;
        /** @description The ETag of the resource as it was looked at */
        IfMatch: string;
    };
    requestBodies: never;
    headers: {
        /** @description The request's id: the one that was sent if it was sane, else a new one */
        "Request-Id": string;
        /** @description Of each limit, what is left of it and for how many seconds it counts (draft 8) */
        RateLimit: string;
        /** @description Of each limit, how many requests in how many seconds, and for whom (draft 8) */
        "RateLimit-Policy": string;
        /** @description Seconds after which to ask again */
        "Retry-After": string;
        /** @description Of one thing that its own streams of the log make, strong, with their revisions; of anything else weak, with the read model's position: send it as If-None-Match */
        ETag: string;
        /** @description The last event of the log that the answer shows */
        "TAPS-Position": string;
        /** @description There if a person holds the read model at this position */
        "TAPS-Pinned": "true";
        /** @description There if the read model is more than 5 seconds behind: for how many seconds the log has held an event that the answer does not show */
        "TAPS-Lag": string;
        /** @description no-store, or private, no-cache where an ETag tells whether the answer still holds */
        "Cache-Control": string;
        /** @description There if it was done before: this was answered then */
        "Idempotency-Replayed": "true";
        /** @description How to say who asks */
        "WWW-Authenticate": string;
        /** @description What can be done */
        Allow: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    login: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    username: string;
                    password: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description To be shown with each request: Authorization: Bearer <token> */
                        accessToken: string;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        accessExpiresAt: string;
                        /** @description Good once, for the next pair */
                        refreshToken: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    refreshToken: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description To be shown with each request: Authorization: Bearer <token> */
                        accessToken: string;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        accessExpiresAt: string;
                        /** @description Good once, for the next pair */
                        refreshToken: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    refreshToken: string;
                };
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    current: string;
                    next: string;
                };
            };
        };
        responses: {
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whoAmI: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Null: a token of nobody's */
                        name: string | null;
                        /** @enum {string} */
                        role: "viewer" | "operator" | "admin";
                        readonly scopes: ("read" | "operate" | "admin")[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listCycles: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number;
                            /** @enum {string} */
                            state: "unknown" | "open" | "ended" | "rewards-ready" | "paying" | "settled" | "skipped";
                            heldReason: string | null;
                            heldDetail: string | null;
                            skippedReason: string | null;
                            requestedBy: string | null;
                            firstLevel: number | null;
                            lastLevel: number | null;
                            rejected: {
                                check: string;
                                message: string;
                            }[] | null;
                            income: {
                                [key: string]: string;
                            } | null;
                            ownDelegated: string | null;
                            externalDelegated: string | null;
                            ownStaked: string | null;
                            digest: string | null;
                            engine: string | null;
                            delegators: number | null;
                            pool: string | null;
                            bakerShare: string | null;
                            feeTotal: string | null;
                            distributed: string | null;
                            allocationCarried: string | null;
                            allocationKept: string | null;
                            dust: string | null;
                            simulation: ({
                                due: string;
                                fees: string;
                                burns: string;
                            } & {
                                [key: string]: unknown;
                            }) | null;
                            planDigest: string | null;
                            obligations: number | null;
                            due: string | null;
                            taken: string | null;
                            exceeded: ({
                                ceiling: string;
                            } & {
                                [key: string]: unknown;
                            })[] | null;
                            approvedBy: string | null;
                            paid: string | null;
                            carried: string | null;
                            held: string | null;
                            networkCosts: string | null;
                            openedAt: string | null;
                            endedAt: string | null;
                            allocatedAt: string | null;
                            startedAt: string | null;
                            settledAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getCycle: {
        parameters: {
            query?: {
                minPosition?: string;
                asOf?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycle: number;
                        /** @enum {string} */
                        state: "unknown" | "open" | "ended" | "rewards-ready" | "paying" | "settled" | "skipped";
                        heldReason: string | null;
                        heldDetail: string | null;
                        skippedReason: string | null;
                        requestedBy: string | null;
                        firstLevel: number | null;
                        lastLevel: number | null;
                        rejected: {
                            check: string;
                            message: string;
                        }[] | null;
                        income: {
                            [key: string]: string;
                        } | null;
                        ownDelegated: string | null;
                        externalDelegated: string | null;
                        ownStaked: string | null;
                        digest: string | null;
                        engine: string | null;
                        delegators: number | null;
                        pool: string | null;
                        bakerShare: string | null;
                        feeTotal: string | null;
                        distributed: string | null;
                        allocationCarried: string | null;
                        allocationKept: string | null;
                        dust: string | null;
                        simulation: ({
                            due: string;
                            fees: string;
                            burns: string;
                        } & {
                            [key: string]: unknown;
                        }) | null;
                        planDigest: string | null;
                        obligations: number | null;
                        due: string | null;
                        taken: string | null;
                        exceeded: ({
                            ceiling: string;
                        } & {
                            [key: string]: unknown;
                        })[] | null;
                        approvedBy: string | null;
                        paid: string | null;
                        carried: string | null;
                        held: string | null;
                        networkCosts: string | null;
                        openedAt: string | null;
                        endedAt: string | null;
                        allocatedAt: string | null;
                        startedAt: string | null;
                        settledAt: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRewards: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                sort?: "delegator" | "net";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number;
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An account that can receive tez */
                            recipient: string;
                            /** @description An amount in mutez */
                            balance: string;
                            /** @description An amount in mutez */
                            gross: string;
                            feeBps: number;
                            /** @description An amount in mutez */
                            fee: string;
                            /** @description An amount in mutez */
                            net: string;
                            /** @enum {string} */
                            status: "pay" | "carry" | "keep" | "skip";
                            reason: string | null;
                            engine: string;
                            /** @description Hexadecimal SHA-256 */
                            digest: string;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPaymentsOfCycle: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                result?: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            obligation: string;
                            payout: string;
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number | null;
                            /** @enum {string} */
                            kind: "delegator" | "receiver" | "member" | "manager";
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An account that can receive tez */
                            recipient: string;
                            /** @description An amount in mutez */
                            due: string;
                            sent: string | null;
                            transactionFee: string | null;
                            allocationFee: string | null;
                            /** @enum {string} */
                            result: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                            batchId: string | null;
                            operationHash: string | null;
                            level: number | null;
                            reason: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            plannedAt: string;
                            signedAt: string | null;
                            includedAt: string | null;
                            settledAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOperationsOfCycle: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description An operation's hash */
                            hash: string;
                            /** @description A tz1 to tz4 address */
                            wallet: string;
                            /** @enum {string} */
                            purpose: "batch" | "reveal" | "delegation";
                            batchId: string | null;
                            payment: string | null;
                            firstCounter: string;
                            lastCounter: string;
                            /** @description A block's hash */
                            branch: string;
                            branchLevel: number;
                            ttl: number;
                            /** @enum {string} */
                            status: "signed" | "included" | "final" | "dead";
                            block: string | null;
                            level: number | null;
                            fee: string | null;
                            burn: string | null;
                            refusedPermanent: string[] | null;
                            refusedTemporary: string[] | null;
                            refusedBranch: string[] | null;
                            death: ("expired" | "superseded") | null;
                            /** @description Place of an event in the log */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            signedAt: string;
                            includedAt: string | null;
                            endedAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayments: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                fromCycle?: string;
                toCycle?: string;
                delegator?: string;
                result?: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                operation?: string;
                sort?: "cycle" | "due";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            obligation: string;
                            payout: string;
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number | null;
                            /** @enum {string} */
                            kind: "delegator" | "receiver" | "member" | "manager";
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An account that can receive tez */
                            recipient: string;
                            /** @description An amount in mutez */
                            due: string;
                            sent: string | null;
                            transactionFee: string | null;
                            allocationFee: string | null;
                            /** @enum {string} */
                            result: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                            batchId: string | null;
                            operationHash: string | null;
                            level: number | null;
                            reason: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            plannedAt: string;
                            signedAt: string | null;
                            includedAt: string | null;
                            settledAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayment: {
        parameters: {
            query?: {
                minPosition?: string;
                asOf?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                payout: string;
                obligation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        obligation: string;
                        payout: string;
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycle: number | null;
                        /** @enum {string} */
                        kind: "delegator" | "receiver" | "member" | "manager";
                        /** @description An account that can receive tez */
                        delegator: string;
                        /** @description An account that can receive tez */
                        recipient: string;
                        /** @description An amount in mutez */
                        due: string;
                        sent: string | null;
                        transactionFee: string | null;
                        allocationFee: string | null;
                        /** @enum {string} */
                        result: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                        batchId: string | null;
                        operationHash: string | null;
                        level: number | null;
                        reason: string | null;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        plannedAt: string;
                        signedAt: string | null;
                        includedAt: string | null;
                        settledAt: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperation: {
        parameters: {
            query?: {
                minPosition?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                hash: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description An operation's hash */
                        hash: string;
                        /** @description A tz1 to tz4 address */
                        wallet: string;
                        /** @enum {string} */
                        purpose: "batch" | "reveal" | "delegation";
                        batchId: string | null;
                        payment: string | null;
                        firstCounter: string;
                        lastCounter: string;
                        /** @description A block's hash */
                        branch: string;
                        branchLevel: number;
                        ttl: number;
                        /** @enum {string} */
                        status: "signed" | "included" | "final" | "dead";
                        block: string | null;
                        level: number | null;
                        fee: string | null;
                        burn: string | null;
                        refusedPermanent: string[] | null;
                        refusedTemporary: string[] | null;
                        refusedBranch: string[] | null;
                        death: ("expired" | "superseded") | null;
                        /** @description Place of an event in the log */
                        position: string;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        signedAt: string;
                        includedAt: string | null;
                        endedAt: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDelegators: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                sort?: "delegator" | "paid" | "owed";
                search?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            /** @description An account that can receive tez */
                            delegator: string;
                            firstCycle: number | null;
                            lastCycle: number | null;
                            /** @description An amount in mutez */
                            paid: string;
                            payments: string;
                            /** @description An amount in mutez */
                            owed: string;
                            /** @description An amount in mutez */
                            held: string;
                            lastPaidCycle: number | null;
                            lastPaidAt: string | null;
                            /** @description An amount in mutez */
                            carried: string;
                            feeBps: number | null;
                            recipient: string | null;
                            status: ("pay" | "suspend" | "ignore") | null;
                            maximumBalance: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDelegator: {
        parameters: {
            query?: {
                minPosition?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        /** @description An account that can receive tez */
                        delegator: string;
                        firstCycle: number | null;
                        lastCycle: number | null;
                        /** @description An amount in mutez */
                        paid: string;
                        payments: string;
                        /** @description An amount in mutez */
                        owed: string;
                        /** @description An amount in mutez */
                        held: string;
                        lastPaidCycle: number | null;
                        lastPaidAt: string | null;
                        /** @description An amount in mutez */
                        carried: string;
                        feeBps: number | null;
                        recipient: string | null;
                        status: ("pay" | "suspend" | "ignore") | null;
                        maximumBalance: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPaymentsOfDelegator: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            obligation: string;
                            payout: string;
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number | null;
                            /** @enum {string} */
                            kind: "delegator" | "receiver" | "member" | "manager";
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An account that can receive tez */
                            recipient: string;
                            /** @description An amount in mutez */
                            due: string;
                            sent: string | null;
                            transactionFee: string | null;
                            allocationFee: string | null;
                            /** @enum {string} */
                            result: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                            batchId: string | null;
                            operationHash: string | null;
                            level: number | null;
                            reason: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            plannedAt: string;
                            signedAt: string | null;
                            includedAt: string | null;
                            settledAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMovementsOfDelegator: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description Place of an event in the log */
                            position: string;
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @enum {string} */
                            kind: "opening" | "adjustment" | "taken" | "carried" | "settled" | "returned";
                            /** @description An amount in mutez */
                            amount: string;
                            reference: string;
                            reason: string | null;
                            actor: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            recordedAt: string;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBalances: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                sort?: "delegator" | "balance";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An amount in mutez */
                            balance: string;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getSettings: {
        parameters: {
            query?: {
                minPosition?: string;
                asOf?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        chainId: string | null;
                        firstCycle: number | null;
                        payer: string | null;
                        /** @enum {string} */
                        mode: "off" | "simulation" | "on";
                        onSinceCycle: number | null;
                        policy: {
                            /** @enum {string} */
                            preset: "taps" | "tezpay" | "trd";
                            feeBps: number;
                            poolKinds: ("blocks" | "attestations" | "dal" | "blockFees" | "nonceRevelations" | "vdfRevelations")[];
                            minimumBalance: string;
                            /** @enum {string} */
                            belowMinimumBalance: "keep" | "share";
                            minimumPayout: string;
                            /** @enum {string} */
                            belowMinimumPayout: "carry" | "keep";
                            overdelegationProtection: boolean;
                            /** @enum {string} */
                            transactionFeePaidBy: "baker" | "delegator";
                            /** @enum {string} */
                            allocationFeePaidBy: "baker" | "delegator";
                            /** @enum {string} */
                            emptiedAccounts: "pay" | "skip";
                        } | null;
                        ceilings: {
                            operation: string;
                            cycle: string;
                            deviationFromLastCyclesPct: number;
                            operationFee: string;
                        } | null;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        changedAt: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setSettings: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
                /** @description The ETag of the resource as it was looked at */
                "If-Match": components["parameters"]["IfMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayingWallet: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        wallet: string;
                        chainId: string | null;
                        adoptedLevel: number | null;
                        counter: string | null;
                        token: string | null;
                        termSince: string | null;
                        handedOverTo: string | null;
                        readonly pauses: {
                            /** @enum {string} */
                            reason: "person" | "mode" | "restored" | "finding";
                            detail: string;
                            actor: string;
                            untilLevel: number | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            since: string;
                        }[];
                        readonly underWay: {
                            /** @description An operation's hash */
                            hash: string;
                            /** @enum {string} */
                            purpose: "batch" | "reveal" | "delegation";
                            batchId: string | null;
                            payment: string | null;
                            cycle: number | null;
                            firstCounter: string;
                            lastCounter: string;
                            level: number | null;
                            refused: ("permanent" | "temporary" | "branch") | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            signedAt: string;
                        }[];
                        readonly requests: {
                            /** @enum {string} */
                            kind: "payment" | "delegation";
                            id: string;
                            delegate: string | null;
                            actor: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            requestedAt: string;
                        }[];
                        funds: {
                            /** @description Null: no node has answered yet */
                            balance: {
                                /** @description An amount in mutez */
                                balance: string;
                                level: number;
                                /**
                                 * Format: date-time
                                 * @description UTC
                                 */
                                askedAt: string;
                                /** @description The node does not answer now: it said this last */
                                isOld: boolean;
                            } | null;
                            /** @description Mean of what the newest ten cycles took */
                            perCycle: string;
                            /** @description Whole cycles that the balance pays at that rate */
                            cyclesLeft: string | null;
                        };
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getWallet: {
        parameters: {
            query?: {
                minPosition?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                wallet: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        wallet: string;
                        chainId: string | null;
                        adoptedLevel: number | null;
                        counter: string | null;
                        token: string | null;
                        termSince: string | null;
                        handedOverTo: string | null;
                        readonly pauses: {
                            /** @enum {string} */
                            reason: "person" | "mode" | "restored" | "finding";
                            detail: string;
                            actor: string;
                            untilLevel: number | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            since: string;
                        }[];
                        readonly underWay: {
                            /** @description An operation's hash */
                            hash: string;
                            /** @enum {string} */
                            purpose: "batch" | "reveal" | "delegation";
                            batchId: string | null;
                            payment: string | null;
                            cycle: number | null;
                            firstCounter: string;
                            lastCounter: string;
                            level: number | null;
                            refused: ("permanent" | "temporary" | "branch") | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            signedAt: string;
                        }[];
                        readonly requests: {
                            /** @enum {string} */
                            kind: "payment" | "delegation";
                            id: string;
                            delegate: string | null;
                            actor: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            requestedAt: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOperations: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                wallet: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description An operation's hash */
                            hash: string;
                            /** @description A tz1 to tz4 address */
                            wallet: string;
                            /** @enum {string} */
                            purpose: "batch" | "reveal" | "delegation";
                            batchId: string | null;
                            payment: string | null;
                            firstCounter: string;
                            lastCounter: string;
                            /** @description A block's hash */
                            branch: string;
                            branchLevel: number;
                            ttl: number;
                            /** @enum {string} */
                            status: "signed" | "included" | "final" | "dead";
                            block: string | null;
                            level: number | null;
                            fee: string | null;
                            burn: string | null;
                            refusedPermanent: string[] | null;
                            refusedTemporary: string[] | null;
                            refusedBranch: string[] | null;
                            death: ("expired" | "superseded") | null;
                            /** @description Place of an event in the log */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            signedAt: string;
                            includedAt: string | null;
                            endedAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listForeignOperations: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                wallet: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description An operation's hash */
                            hash: string;
                            /** @description Place of an event in the log */
                            position: string;
                            level: number;
                            firstCounter: string;
                            lastCounter: string;
                            contents: {
                                kind: string;
                                destination: string | null;
                                amount: string | null;
                                status: string;
                            }[];
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            foundAt: string;
                            meaning: ("unrelated" | "pays") | null;
                            pays: {
                                content: number;
                                payment: string;
                                obligation: string;
                            }[] | null;
                            reason: string | null;
                            actor: string | null;
                            classifiedAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSpending: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                wallet: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description An amount in mutez */
                            sent: string;
                            /** @description An amount in mutez */
                            fees: string;
                            /** @description An amount in mutez */
                            burns: string;
                            operations: string;
                            cycle: number;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                        others?: {
                            /** @description An amount in mutez */
                            sent: string;
                            /** @description An amount in mutez */
                            fees: string;
                            /** @description An amount in mutez */
                            burns: string;
                            operations: string;
                        };
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPayouts: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                state?: "planned" | "rejected" | "completed";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            payout: string;
                            /** @description A tz1 to tz4 address */
                            baker: string;
                            cycle: number | null;
                            /** @enum {string} */
                            kind: "cycle" | "bond" | "batch";
                            /** @enum {string} */
                            state: "writing" | "planned" | "rejected" | "completed";
                            plan: number;
                            /** @description Hexadecimal SHA-256 */
                            digest: string;
                            /** @description Hexadecimal SHA-256 */
                            allocation: string;
                            obligations: number;
                            /** @description An amount in mutez */
                            due: string;
                            /** @description An amount in mutez */
                            taken: string;
                            /** @description An amount in mutez */
                            carried: string;
                            /** @description An amount in mutez */
                            kept: string;
                            exceeded: ({
                                ceiling: string;
                            } & {
                                [key: string]: unknown;
                            })[] | null;
                            awaitsApproval: boolean;
                            approvedBy: string | null;
                            rejectedBy: string | null;
                            rejectedReason: string | null;
                            paid: string | null;
                            charged: string | null;
                            leftCarried: string | null;
                            held: string | null;
                            networkFees: string | null;
                            networkBurns: string | null;
                            /** @description Place of an event in the log */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            plannedAt: string;
                            completedAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPayout: {
        parameters: {
            query?: {
                minPosition?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                payout: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        payout: string;
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycle: number | null;
                        /** @enum {string} */
                        kind: "cycle" | "bond" | "batch";
                        /** @enum {string} */
                        state: "writing" | "planned" | "rejected" | "completed";
                        plan: number;
                        /** @description Hexadecimal SHA-256 */
                        digest: string;
                        /** @description Hexadecimal SHA-256 */
                        allocation: string;
                        obligations: number;
                        /** @description An amount in mutez */
                        due: string;
                        /** @description An amount in mutez */
                        taken: string;
                        /** @description An amount in mutez */
                        carried: string;
                        /** @description An amount in mutez */
                        kept: string;
                        exceeded: ({
                            ceiling: string;
                        } & {
                            [key: string]: unknown;
                        })[] | null;
                        awaitsApproval: boolean;
                        approvedBy: string | null;
                        rejectedBy: string | null;
                        rejectedReason: string | null;
                        paid: string | null;
                        charged: string | null;
                        leftCarried: string | null;
                        held: string | null;
                        networkFees: string | null;
                        networkBurns: string | null;
                        /** @description Place of an event in the log */
                        position: string;
                        /**
                         * Format: date-time
                         * @description UTC
                         */
                        plannedAt: string;
                        completedAt: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getBondPool: {
        parameters: {
            query?: {
                minPosition?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        sinceCycle: number | null;
                        readonly members: {
                            /** @description An account that can receive tez */
                            member: string;
                            /** @description An amount in mutez */
                            amount: string;
                            chargeBps: number;
                            manager: boolean;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listBondCycles: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            cycle: number;
                            /** @description An amount in mutez */
                            base: string;
                            /** @description An amount in mutez */
                            networkCosts: string;
                            /** @description An account that can receive tez */
                            manager: string;
                            /** @description An amount in mutez */
                            charges: string;
                            /** @description An amount in mutez */
                            rest: string;
                            result: ("open" | "paid" | "carried" | "held") | null;
                            reason: string | null;
                            settledAt: string | null;
                            obligations: number;
                            /** @description An amount in mutez */
                            due: string;
                            /** @description Hexadecimal SHA-256 */
                            planDigest: string;
                            exceeded: ({
                                ceiling: string;
                            } & {
                                [key: string]: unknown;
                            })[] | null;
                            approvedBy: string | null;
                            paid: string | null;
                            held: string | null;
                            networkFees: string | null;
                            networkBurns: string | null;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            plannedAt: string;
                            completedAt: string | null;
                            readonly shares: {
                                cycle: number;
                                /** @description An account that can receive tez */
                                member: string;
                                /** @description An amount in mutez */
                                amount: string;
                                chargeBps: number;
                                /** @description An amount in mutez */
                                gross: string;
                                /** @description An amount in mutez */
                                charge: string;
                                /** @description An amount in mutez */
                                net: string;
                                result: ("open" | "paid" | "carried" | "held") | null;
                                reason: string | null;
                                settledAt: string | null;
                            }[];
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActivity: {
        parameters: {
            query?: {
                minPosition?: string;
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
                actor?: string;
                subject?: string;
                verb?: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            /** @description Place of an event in the log */
                            position: string;
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            recordedAt: string;
                            actor: string;
                            verb: string;
                            subject: string;
                            stream: string;
                            revision: number;
                            details: {
                                [key: string]: unknown;
                            };
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportPayments: {
        parameters: {
            query: {
                fromCycle: string;
                toCycle: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reportStatement: {
        parameters: {
            query: {
                year: string;
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switchMode: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    mode: "off" | "simulation" | "on";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        readonly lifted: {
                            reason: string;
                            detail: string;
                        }[];
                        readonly stops: {
                            reason: string;
                            detail: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setTerms: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    feeBps?: number;
                    /** @description An account that can receive tez */
                    recipient?: string;
                    /** @enum {string} */
                    status?: "pay" | "suspend" | "ignore";
                    maximumBalance?: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    clearTerms: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setBondPoolMember: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                member: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amount: string;
                    chargeBps: number;
                    /** @default false */
                    manager?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    removeBondPoolMember: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                member: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        wasMember: boolean;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    switchBondPool: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    mode: "on" | "off";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    payCycle: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description It is still to be paid, although the wallet has sent to its delegators since it ended
                     * @default false
                     */
                    confirm?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        /** @description Why it is held all the same; it is paid once released */
                        held: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    holdCycle: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseCycle: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        wasHeld: boolean;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    recomputeCycle: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    skipCycle: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    approvePayout: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                payout: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the plan that was looked at */
                    digest: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectPayout: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                payout: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Of the plan that was looked at */
                    digest: string;
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumePayout: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                payout: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    holdPayment: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                payout: string;
                obligation: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releasePayment: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                payout: string;
                obligation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    adjustLedger: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description An account that can receive tez */
                    delegator: string;
                    /** @description In mutez; below 0: is taken off */
                    amount: string;
                    /** @enum {string} */
                    reason: "slashing" | "overpaid" | "correction";
                    /** @description What it is about; of its own for each adjustment */
                    reference: string;
                    /**
                     * @description Take off more than there is: later payouts make up for it
                     * @default false
                     */
                    allowNegative?: boolean;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        /** @description An amount in mutez */
                        balance: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    previewBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Columns address,tez or address,mutez; one receiver a line */
                    csv: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Hexadecimal SHA-256 */
                        digest: string;
                        receivers: number;
                        /** @description An amount in mutez */
                        total: string;
                        readonly rows: {
                            /** @description An account that can receive tez */
                            to: string;
                            /** @description An amount in mutez */
                            amount: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendBatch: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Columns address,tez or address,mutez; one receiver a line */
                    csv: string;
                    /** @description Hexadecimal SHA-256 */
                    digest: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        /** @description The payout's name */
                        payment: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sendTransfer: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description An account that can receive tez */
                    to: string;
                    amount: string;
                    /** @description What it is for, as rent.2026.11 */
                    id: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        /** @description The payout's name */
                        payment: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    delegateWallet: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Null: to nobody */
                    to: string | null;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    settleDelegator: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Default: where its terms send its share */
                    to?: string;
                    reason: string;
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        /** @description The payout's name */
                        payment: string;
                        /** @description An amount in mutez */
                        amount: string;
                        /** @description An account that can receive tez */
                        recipient: string;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    classifyOperation: {
        parameters: {
            query?: never;
            header: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description Of this command alone: sent again with the same key it is answered again, and not done again */
                "Idempotency-Key": components["parameters"]["IdempotencyKey"];
            };
            path: {
                hash: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @constant */
                    was: "unrelated";
                    reason: string;
                } | {
                    /** @constant */
                    was: "exact";
                    reason: string;
                } | {
                    /** @constant */
                    was: "pays";
                    reason: string;
                    pays: {
                        content: number;
                        payout: string;
                        obligation: string;
                    }[];
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Of the last event that was written; null: it was so already */
                        position: string | null;
                        readonly pays: {
                            content: number;
                            /** @description The payout's name */
                            payment: string;
                            obligation: string;
                            /** @description An amount in mutez */
                            due: string;
                            /** @description An amount in mutez */
                            sent: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    simulateCycle: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                cycle: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A policy file, or {preset}; default: in force */
                    policy?: {
                        [key: string]: unknown;
                    };
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycle: number;
                        /** @constant */
                        source: "tzkt";
                        engineVersion: string;
                        /** @description Hexadecimal SHA-256 */
                        digest: string;
                        policy: {
                            /** @enum {string} */
                            preset: "taps" | "tezpay" | "trd";
                        } & {
                            [key: string]: unknown;
                        };
                        pool: {
                            /** @description An amount in mutez */
                            total: string;
                            byKind: {
                                [key: string]: string;
                            };
                        };
                        balances: {
                            /** @description An amount in mutez */
                            ownDelegated: string;
                            /** @description An amount in mutez */
                            externalDelegated: string;
                            /** @description An amount in mutez */
                            ownStaked: string;
                            delegators: number;
                        };
                        /** @description An amount in mutez */
                        bakerShare: string;
                        /** @description An amount in mutez */
                        feeTotal: string;
                        /** @description An amount in mutez */
                        distributed: string;
                        /** @description An amount in mutez */
                        carried: string;
                        /** @description An amount in mutez */
                        kept: string;
                        /** @description An amount in mutez */
                        dust: string;
                        readonly delegators: {
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An account that can receive tez */
                            recipient: string;
                            /** @description An amount in mutez */
                            balance: string;
                            /** @description An amount in mutez */
                            gross: string;
                            feeBps: number;
                            /** @description An amount in mutez */
                            fee: string;
                            /** @description An amount in mutez */
                            net: string;
                            /** @enum {string} */
                            status: "pay" | "carry" | "keep" | "skip";
                            reason: ("ignored" | "suspended" | "below-minimum-balance" | "emptied" | "zero" | "below-minimum-payout") | null;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    reconcile: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": Record<string, never>;
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        payer: string;
                        from: number;
                        upTo: number;
                        contents: number;
                        /** @description As many as contents, if all of them are known */
                        countersUsed: string;
                        complete: boolean;
                        operations: number;
                        classified: number;
                        readonly lost: {
                            /** @description An operation's hash */
                            hash: string;
                            level: number;
                        }[];
                        readonly unknown: string[];
                        readonly foreign: {
                            /** @description An operation's hash */
                            hash: string;
                            level?: number;
                            readonly claimed: {
                                content: number;
                                name: string;
                            }[];
                            readonly contents: {
                                content: number;
                                kind: string;
                                target: string | null;
                                amount: string | null;
                                status: string;
                                readonly matches: {
                                    name: string;
                                    /** @description An amount in mutez */
                                    due: string;
                                    isExact: boolean;
                                }[];
                            }[];
                        }[];
                        explained: boolean;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listenToEvents: {
        parameters: {
            query?: {
                after?: string;
                types?: string;
                stream?: string;
            };
            header?: {
                "last-event-id"?: string;
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        registered: {
                            /** @description A chain's id */
                            chainId: string;
                            firstCycle: number;
                        } | null;
                        payer: string | null;
                        /** @enum {string} */
                        mode: "off" | "simulation" | "on";
                        head: {
                            level: number;
                            cycle: number;
                            /** @description A block's hash */
                            hash: string;
                        } | null;
                        readonly unfinished: {
                            cycle: number;
                            at: string;
                            held: {
                                reason: string;
                                detail: string;
                                actor: string;
                            } | null;
                            awaits: {
                                /** @description Hexadecimal SHA-256 */
                                planDigest: string;
                                readonly exceeded: ({
                                    /** @constant */
                                    ceiling: "operation";
                                    limit: string;
                                    found: string;
                                } | {
                                    /** @constant */
                                    ceiling: "cycle";
                                    limit: string;
                                    found: string;
                                } | {
                                    /** @constant */
                                    ceiling: "deviationFromLastCyclesPct";
                                    limit: number;
                                    mean: string;
                                    found: string;
                                })[];
                            } | null;
                            asks: string | null;
                        }[];
                        ceilings: {
                            operation: string;
                            cycle: string;
                            deviationFromLastCyclesPct: number;
                            operationFee: string;
                        };
                        wallet: {
                            adopted: boolean;
                            counter: string;
                            funds: {
                                /** @description An amount in mutez */
                                balance: string;
                                /** @description An amount in mutez */
                                needed: string;
                                /** @description An amount in mutez */
                                missing: string;
                            } | null;
                            readonly payments: {
                                payment: string;
                                pending: number;
                                awaitsApproval: boolean;
                            }[];
                            readonly delegations: {
                                id: string;
                                to: string | null;
                            }[];
                            lastDelegation: {
                                id: string;
                                to: string | null;
                                became: string;
                            } | null;
                            readonly operations: {
                                /** @description An operation's hash */
                                hash: string;
                                included: number | null;
                            }[];
                            readonly stops: {
                                reason: string;
                                detail: string;
                            }[];
                        } | null;
                        readModels: {
                            [key: string]: string;
                        };
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProjections: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly projections: {
                            name: string;
                            /** @enum {string} */
                            state: "empty" | "at-head" | "behind" | "pinned" | "stopped" | "other-version" | "other-store";
                            finding: {
                                kind: string;
                                message: string;
                            } | null;
                            position: string | null;
                            asOf: string | null;
                            /** @description Place of an event in the log */
                            head: string;
                            lag: {
                                events: number;
                                more: boolean;
                                seconds: number;
                            };
                            version: number | null;
                            releaseVersion: number;
                            pinned: boolean;
                            building: {
                                /** @description Place of an event in the log */
                                position: string;
                                target: string | null;
                            } | null;
                            snapshot: {
                                id: string;
                                /** @description Place of an event in the log */
                                position: string;
                            } | null;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    explainPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                payout: string;
                obligation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycle: number;
                        /** @description An account that can receive tez */
                        delegator: string;
                        /** @description Where it stands now, in one sentence */
                        outcome: string;
                        readonly steps: {
                            /**
                             * Format: date-time
                             * @description UTC
                             */
                            time: string;
                            text: string;
                            readonly details: string[];
                            /** @description What says so */
                            event: {
                                type: string;
                                id: string;
                                stream: string;
                                revision: number;
                                position: string;
                            };
                        }[];
                        /** @description What of the log cannot be read, or does not hold together: the rest is told without it */
                        readonly unread: {
                            stream: string;
                            revision: number;
                            why: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    provePayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                payout: string;
                obligation: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        proof: "taps/payout/1";
                        cycle: number;
                        /** @description An account that can receive tez */
                        delegator: string;
                        checkpoint: string;
                        allocation: {
                            row: unknown;
                            index: number;
                            path: string[];
                            closing: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                        } | null;
                        obligation: {
                            row: unknown;
                            index: number;
                            path: string[];
                            closing: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                        } | null;
                        payment: {
                            content: number;
                            signed: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                            final: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                            released: {
                                leaf: string;
                                index: number;
                                path: string[];
                            } | null;
                        } | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    computeWhatIf: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    cycles: {
                        first: number;
                        last: number;
                    };
                    /** @description As a policy file has it */
                    policy?: {
                        [key: string]: unknown;
                    };
                    /** @enum {string} */
                    preset?: "taps" | "tezpay" | "trd";
                };
            };
        };
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description A tz1 to tz4 address */
                        baker: string;
                        cycles: {
                            cycle: number;
                            was: {
                                engineVersion: string;
                                /** @description An amount in mutez */
                                toDelegators: string;
                                /** @description An amount in mutez */
                                bakerKeeps: string;
                            };
                            would: {
                                engineVersion: string;
                                /** @description An amount in mutez */
                                toDelegators: string;
                                /** @description An amount in mutez */
                                bakerKeeps: string;
                            };
                        }[];
                        /** @description Nothing was allocated in these */
                        missing: number[];
                        total: {
                            toDelegators: {
                                /** @description An amount in mutez */
                                was: string;
                                /** @description An amount in mutez */
                                would: string;
                            };
                            bakerKeeps: {
                                /** @description An amount in mutez */
                                was: string;
                                /** @description An amount in mutez */
                                would: string;
                            };
                        };
                        delegators: {
                            /** @description An amount in mutez */
                            was: string;
                            /** @description An amount in mutez */
                            would: string;
                            /** @description An account that can receive tez */
                            delegator: string;
                            /** @description An amount in mutez */
                            difference: string;
                        }[];
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getPublicDelegator: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description An account that can receive tez */
                        delegator: string;
                        firstCycle: number | null;
                        lastCycle: number | null;
                        /** @description An amount in mutez */
                        paid: string;
                        payments: string;
                        lastPaidCycle: number | null;
                        lastPaidAt: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPublicPaymentsOfDelegator: {
        parameters: {
            query?: {
                limit?: string;
                cursor?: string;
                order?: "ascending" | "descending";
            };
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
                /** @description The ETag of what is known: answered by 304 if it still holds */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                delegator: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        readonly rows: {
                            cycle: number | null;
                            /** @description An amount in mutez */
                            due: string;
                            sent: string | null;
                            transactionFee: string | null;
                            allocationFee: string | null;
                            /** @enum {string} */
                            result: "planned" | "batched" | "signed" | "included" | "paid" | "carried" | "held";
                            operationHash: string | null;
                            level: number | null;
                            settledAt: string | null;
                        }[];
                        /** @description Where the next page begins; null: there is none */
                        next: string | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    provePublicPayment: {
        parameters: {
            query?: never;
            header?: {
                /** @description An id of one's own for the request, repeated in the answer */
                "Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                delegator: string;
                cycle: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        proof: "taps/payout/1";
                        cycle: number;
                        /** @description An account that can receive tez */
                        delegator: string;
                        checkpoint: string;
                        allocation: {
                            row: unknown;
                            index: number;
                            path: string[];
                            closing: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                        } | null;
                        obligation: {
                            row: unknown;
                            index: number;
                            path: string[];
                            closing: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                        } | null;
                        payment: {
                            content: number;
                            signed: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                            final: {
                                leaf: string;
                                index: number;
                                path: string[];
                            };
                            released: {
                                leaf: string;
                                index: number;
                                path: string[];
                            } | null;
                        } | null;
                    };
                };
            };
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
