import { ErrorBoundary } from 'preact-iso/lazy';
import { LocationProvider, Route, Router } from 'preact-iso/router';
import { DropListPage } from './drops/DropListPage.tsx';
import { DropPage } from './drops/DropPage.tsx';
import { lazyPage } from './shell/lazy-page.tsx';
import { NotFoundPage } from './shell/NotFoundPage.tsx';
import { Shell } from './shell/Shell.tsx';

// What a buyer needs in the hardest minute is in the first file; everything else comes when asked for.
const SignInPage = lazyPage(() => import('./accounts/SignInPage.tsx'));
const SignUpPage = lazyPage(() => import('./accounts/SignUpPage.tsx'));
const ForgottenPasswordPage = lazyPage(() => import('./accounts/ForgottenPasswordPage.tsx'));
const ResetPasswordPage = lazyPage(() => import('./accounts/ResetPasswordPage.tsx'));
const ProfilePage = lazyPage(() => import('./accounts/ProfilePage.tsx'));
const CouponsPage = lazyPage(() => import('./coupons/CouponsPage.tsx'));
const CouponPage = lazyPage(() => import('./coupons/CouponPage.tsx'));
const SlotsPage = lazyPage(() => import('./slots/SlotsPage.tsx'));
const SlotPage = lazyPage(() => import('./slots/SlotPage.tsx'));
const ReceiptPage = lazyPage(() => import('./payments/ReceiptPage.tsx'));
const ReceiptsPage = lazyPage(() => import('./payments/ReceiptsPage.tsx'));
const NotificationsPage = lazyPage(() => import('./notifications/NotificationsPage.tsx'));
const NotificationSettingsPage = lazyPage(() => import('./notifications/SettingsPage.tsx'));
const AdminPage = lazyPage(() => import('./admin/AdminPage.tsx'));
/** The design system, for whoever works on it: in what is built there is no such page. */
const DesignPage = import.meta.env.DEV ? lazyPage(() => import('./design/gallery/DesignPage.tsx')) : null;

export function Application() {
  return (
    <LocationProvider>
      <ErrorBoundary>
        <Shell>
          <Router onRouteChange={focusContent}>
            <Route path="/" component={DropListPage} />
            <Route path="/drops/:id" component={DropPage} />
            <Route path="/sign-in" component={SignInPage} />
            <Route path="/sign-up" component={SignUpPage} />
            <Route path="/forgotten-password" component={ForgottenPasswordPage} />
            <Route path="/reset-password/:token" component={ResetPasswordPage} />
            <Route path="/profile" component={ProfilePage} />
            <Route path="/coupons" component={CouponsPage} />
            <Route path="/coupons/:id" component={CouponPage} />
            <Route path="/slots" component={SlotsPage} />
            <Route path="/slots/:id" component={SlotPage} />
            <Route path="/receipts" component={ReceiptsPage} />
            <Route path="/receipts/:id" component={ReceiptPage} />
            <Route path="/notifications" component={NotificationsPage} />
            <Route path="/notifications/settings" component={NotificationSettingsPage} />
            <Route path="/admin" component={AdminPage} />
            <Route path="/admin/*" component={AdminPage} />
            {DesignPage ? <Route path="/design" component={DesignPage} /> : []}
            <Route default component={NotFoundPage} />
          </Router>
        </Shell>
      </ErrorBoundary>
    </LocationProvider>
  );
}

/** After a change of page the next Tab starts in its content, and readers begin to read there. */
function focusContent(): void {
  document.getElementById('content')?.focus({ preventScroll: true });
}
