# Sourced by every shell make starts (BASH_ENV): variables of .env that the caller has not set.
# python-dotenv reads the file; nothing of it is ever run. Before the first `make setup` there is none.
if [ -z "${ELT_DOTENV_READ:-}" ] && [ -f .env ] && [ -x .venv/bin/python ]; then
    while IFS= read -r -d '' elt_pair; do
        elt_name=${elt_pair%%=*}
        [ -n "${!elt_name+set}" ] || export "$elt_pair"
    done < <(BASH_ENV='' .venv/bin/python -I include/local/dotenv_pairs.py .env)
    unset elt_pair elt_name
    export ELT_DOTENV_READ=1
fi
