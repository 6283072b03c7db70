# syntax=docker/dockerfile:1
# One image for all roles, for x86-64 and ARM64: `docker build -t doorbuster .`. What it is told to do, it is told by its environment: docs/settings.md.

# The version that package.json pins (docs/decisions/0008-pinned-node.md); ops/compose.test.ts holds the two together.
ARG NODE_VERSION=26.10.0

# The pages are the same for every platform, so they are built on the builder's own.
FROM --platform=$BUILDPLATFORM node:${NODE_VERSION}-bookworm-slim AS pages
WORKDIR /doorbuster
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm
COPY web web
RUN NODE_ENV=production npm run build

# What the program needs at run time. Optional packages are the parts in machine code, of which npm takes those for the platform; the pinned Node among them is
# not needed, for the image has the same.
FROM node:${NODE_VERSION}-bookworm-slim AS packages
WORKDIR /doorbuster
COPY package.json package-lock.json .npmrc ./
RUN --mount=type=cache,target=/var/cache/npm npm ci --cache /var/cache/npm --omit=dev && rm -rf node_modules/node-linux-* node_modules/.bin

FROM node:${NODE_VERSION}-bookworm-slim
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /doorbuster
# For the embedded database, where there is no DATABASE_URL: `--volume doorbuster:/data`.
RUN mkdir /data && chown node:node /data
COPY --from=packages /doorbuster/node_modules node_modules
COPY --from=pages /doorbuster/web/dist web/dist
COPY package.json ./
COPY db db
COPY ops/docker ops/docker
COPY src src
# Of the files above, it can change none.
USER node
EXPOSE 8080
# The first start migrates the database; a start period costs nothing, for the first success ends it.
HEALTHCHECK --interval=10s --timeout=3s --retries=3 --start-period=60s --start-interval=1s \
  CMD ["node", "ops/docker/health.ts"]
CMD ["node", "src/main.ts", "serve"]
