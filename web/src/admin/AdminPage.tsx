import { useEffect } from 'preact/hooks';
import { Route, Router, useLocation, useRoute } from 'preact-iso/router';
import { MembersOnly } from '../accounts/MembersOnly.tsx';
import { account } from '../accounts/session.ts';
import { lazyPage } from '../shell/lazy-page.tsx';
import { NotFoundPage } from '../shell/NotFoundPage.tsx';
import './admin.css';
import { AdminNavigation } from './AdminNavigation.tsx';
import { adminMessages } from './admin-messages.ts';
import { DropAdminPage } from './DropAdminPage.tsx';

const OverviewPage = lazyPage(() => import('./overview/OverviewPage.tsx'));
const AdminDropList = lazyPage(() => import('./drops/AdminDropList.tsx'));
const CreateDropPage = lazyPage(() => import('./form/CreateDropPage.tsx'));
const CouponTillPage = lazyPage(() => import('./till/CouponTillPage.tsx'));
const PaymentsPage = lazyPage(() => import('./payments/PaymentsPage.tsx'));
const PaymentPage = lazyPage(() => import('./payments/PaymentPage.tsx'));
const DeliveryLogPage = lazyPage(() => import('./deliveries/DeliveryLogPage.tsx'));

/** Everything under /admin; its code is loaded by administrators only, and that of each section when it is looked at. */
export default function AdminPage() {
  return (
    <MembersOnly>
      {account.value?.role === 'admin' ? (
        <>
          <AdminNavigation />
          <Router>
            <Route path="/" component={OverviewPage} />
            <Route path="/drops" component={AdminDropList} />
            <Route path="/drops/new" component={CreateDropPage} />
            <Route path="/drops/:id" component={DropAdminPage} />
            <Route path="/drops/:id/*" component={DropAdminPage} />
            <Route path="/coupons" component={CouponTillPage} />
            <Route path="/payments" component={PaymentsPage} />
            <Route path="/payments/:id" component={PaymentPage} />
            <Route path="/deliveries" component={DeliveryLogPage} />
            <Route path="/:former" component={FormerAddress} />
            <Route default component={NotFoundPage} href="/admin/drops" />
          </Router>
        </>
      ) : (
        <div class="page">
          <p class="empty">{adminMessages.value.adminOnly}</p>
        </div>
      )}
    </MembersOnly>
  );
}

const dropId = /^\d+$/;

/** The form was at /admin/new and /admin/{id} once; such links still lie about. */
function FormerAddress() {
  const { route } = useLocation();
  const former = useRoute().params['former'] ?? '';
  const path = former === 'new' ? 'new' : dropId.test(former) ? `${former}/edit` : null;
  useEffect(() => {
    if (path !== null) route(`/admin/drops/${path}`, true);
  }, [path]);
  return path === null ? <NotFoundPage href="/admin/drops" /> : null;
}
