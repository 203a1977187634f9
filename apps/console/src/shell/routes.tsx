import { lazy, Suspense } from 'react';
import type { ReactNode } from 'react';
import { Route, Switch } from 'wouter';

import { Loading } from '../ui/feedback/loading.js';
import { NotFound } from './not-found.js';

const loadOverview = () => import('../views/overview/overview-view.js');
const loadRecords = () => import('../views/records/records-view.js');

/** Each view is loaded when it is opened, so that the first one appears soon. */
const Overview = lazy(loadOverview);
const Collections = lazy(() => import('../views/collections/collections-view.js'));
const CollectionSettings = lazy(() => import('../views/collections/settings-view.js'));
const Records = lazy(loadRecords);
const RecordView = lazy(() => import('../views/record/record-view.js'));
const Import = lazy(() => import('../views/import/import-view.js'));
const Changes = lazy(() => import('../views/changes/changes-view.js'));
const Ask = lazy(() => import('../views/ask/ask-view.js'));
const Webhooks = lazy(() => import('../views/webhooks/webhooks-view.js'));
const WebhookView = lazy(() => import('../views/webhooks/webhook-view.js'));
const Keys = lazy(() => import('../views/access/keys/keys-view.js'));
const Tenants = lazy(() => import('../views/access/tenants/tenants-view.js'));
const TenantView = lazy(() => import('../views/access/tenants/tenant-view.js'));
const Api = lazy(() => import('../views/api/api-view.js'));

/** Loads a view that is likely to be the first one, while the session is read. */
export function preloadView(path: string): void {
  const load = /^\/?$/.test(path) ? loadOverview : /^\/collections\/[^/]+$/.test(path) ? loadRecords : undefined;
  load?.().catch(() => undefined); // the view reports the error when it is opened
}

/** The views by their paths. Parameters are decoded. */
export function Routes(): ReactNode {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        <Route path="/" component={Overview} />
        <Route path="/collections" component={Collections} />
        <Route path="/collections/:collection/settings">
          {({ collection }) => <CollectionSettings key={collection} collection={collection} />}
        </Route>
        <Route path="/collections/:collection/import">
          {({ collection }) => <Import key={collection} collection={collection} />}
        </Route>
        <Route path="/collections/:collection/records/:id">
          {({ collection, id }) => <RecordView key={`${collection}/${id}`} collection={collection} id={id} />}
        </Route>
        <Route path="/collections/:collection">
          {({ collection }) => <Records key={collection} collection={collection} />}
        </Route>
        <Route path="/changes" component={Changes} />
        <Route path="/ask" component={Ask} />
        <Route path="/webhooks" component={Webhooks} />
        <Route path="/webhooks/:id">{({ id }) => <WebhookView key={id} id={id} />}</Route>
        <Route path="/keys" component={Keys} />
        <Route path="/tenants" component={Tenants} />
        <Route path="/tenants/:id">{({ id }) => <TenantView key={id} id={id} />}</Route>
        <Route path="/api" component={Api} />
        <Route component={NotFound} />
      </Switch>
    </Suspense>
  );
}
