# `make help` lists what can be done.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
PIP := $(BIN)/python -m pip --no-input --disable-pip-version-check -qq
INSTALL := $(PIP) install --prefer-binary --no-deps --require-hashes --no-compile
# Overrides the caller's environment: without .pyc files every process takes twice as long to start.
export PYTHONDONTWRITEBYTECODE :=
JOBS ?= 2
TESTS ?= tests
MIN := 3.11
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)

.PHONY: help setup setup-dev demo run test check check-long migrate bench docs drill simulate lock clean

help: ## 列出可用的命令
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' Makefile | expand -t 20

setup: $(READY) ## 准备 .venv：运行热线所需的一切
	@echo "已就绪：$(BIN)/hotline"

setup-dev: $(READY_DEV) ## 同上，另加测试与检查的工具
	@echo "已就绪：$(BIN)/hotline 与测试工具"

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "没有找到 Python $(MIN) 或更新的版本。装好后再试，或指明位置：make setup PYTHON=<python3 的路径>"; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "这个 Python 缺少 venv 模块。Debian、Ubuntu 上请先运行：apt-get install python3-venv，然后再运行 make"; exit 1; }
	@echo "1/3 建立运行环境 $(VENV)"
	@"$(PYTHON)" -m venv $(VENV)

$(READY): requirements.lock requirements-frontend.lock pyproject.toml | $(BIN)/python
	@echo "2/3 安装 requirements.lock 所列的组件（逐个核对哈希）"
	@$(INSTALL) -r requirements.lock -r requirements-frontend.lock
	@echo "3/3 安装热线本身"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(READY_DEV): requirements-dev.lock $(READY)
	@echo "安装测试与检查的工具（requirements-dev.lock）"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

demo: $(READY) ## 一条命令启动全部，并演示一周
	@$(BIN)/python -m rehearsal demo $(ARGS)

run: $(READY) ## 只启动网站与后台，不演示
	@$(BIN)/python -m rehearsal run $(ARGS)

test: $(READY_DEV) ## 全部测试，用自带的 PostgreSQL 与 Valkey（TESTS=路径 只跑一部分）
	@$(BIN)/pytest -n $(JOBS) --dist worksteal $(TESTS) $(ARGS)

check: $(READY_DEV) ## 格式、规范、类型、依赖方向与测试，与 CI 相同
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(MAKE) --no-print-directory test

check-long: SEEDS = 5000
check-long: $(READY_DEV) ## 长时间的验证，约一小时：随机生成的数千件诉求、数万个异常请求、5000 次模拟（SEEDS=次数）
	$(BIN)/pytest -n $(JOBS) --hypothesis-profile=long tests/hotline/actions/tickets/test_lives.py tests/channels/edges/test_fuzz.py $(ARGS)
	@$(MAKE) --no-print-directory simulate SEEDS=$(SEEDS) ARGS=

migrate: $(READY) ## 把 HOTLINE_DATABASE_URL 所指的数据库升到最新
	@$(BIN)/hotline migrate $(ARGS)

bench: $(READY) ## 测量速度，与同一数据库的极限相比（ARGS="--only intake,sweep --json 结果.json"）
	@$(BIN)/python -m bench $(ARGS)

docs: $(READY_DEV) ## 重画文档里由代码生成的图和表
	@$(BIN)/python tests/test_documents.py

drill: $(READY) ## 演练：make drill ARGS="诉求.csv --weeks 4 --json 结果.json"
	@$(BIN)/python -m rehearsal drill $(ARGS)

SEEDS ?= 500
simulate: $(READY_DEV) ## 模拟：随机杀进程、重投、拨钟，用上每个核（SEEDS=次数，SEED=重演某一次）
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS)) $(ARGS)

LOCK := build/lock/bin/uv pip compile --quiet --universal --python-version $(MIN) --generate-hashes --no-header --no-annotate

lock: ## 重新选定全部组件的版本，写入 lock 文件
	@test -n "$(PYTHON)" && "$(PYTHON)" -m venv --clear build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install uv
	@$(LOCK) --upgrade --extra build pyproject.toml -o requirements.lock
	@$(LOCK) --upgrade --extra build --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	@echo "django-htmx" | $(LOCK) --upgrade --no-deps - -o requirements-frontend.lock
	@rm -rf build/lock
	@! grep -n '://' requirements.lock requirements-dev.lock requirements-frontend.lock

clean: ## 删除以上命令生成的一切
	@rm -rf $(VENV) .hotline build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
