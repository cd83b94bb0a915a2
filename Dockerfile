# The operator's image: one static binary on a base without a shell, run by nobody in particular (65532).
#
#   docker build --build-arg VERSION=$(git describe --tags --always) -t REGISTRY/campaign-operator:TAG .
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY Makefile ./
COPY api api
COPY cmd cmd
COPY controllers controllers
COPY internal internal
COPY providers providers
ARG VERSION=unknown
ARG TARGETOS
ARG TARGETARCH
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make build VERSION=$VERSION

FROM gcr.io/distroless/static:nonroot
COPY --from=build /src/bin/manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]
